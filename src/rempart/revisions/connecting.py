"""The database a revision runs on: found, reached, and entered as its owner."""

from __future__ import annotations

import logging
import os
from importlib import resources
from typing import Any

import psycopg
from psycopg import conninfo

from rempart.errors import OperationError, UsageError
from rempart.postgres.patient import PatientConnection
from rempart.postgres.server import PATIENCE, said_by, understood

URL_VARIABLE = "DATABASE_URL"
OLDEST_SERVER = 15

log = logging.getLogger(__name__)
# What the driver ignores after a session is lost is told by the error that it raises.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


def database_url(given: str | None = None, variable: str = URL_VARIABLE) -> str:
    """Return the URL to connect to, in the form libpq reads.

    Args:
        given: A URL that takes precedence over the environment variable DATABASE_URL.
        variable: Where that URL was found, for messages.

    Returns:
        A `postgresql://` URL.

    Raises:
        UsageError: There is no URL, or it is not one of Postgres.
    """
    url = given or os.environ.get(URL_VARIABLE, "")
    if not url:
        raise UsageError(
            f"no database is named: the environment variable {URL_VARIABLE} is not set",
            f"Set it, as in {URL_VARIABLE}=postgresql://owner@host/database, or add --sql to write a script.",
        )
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise UsageError(
            f"{variable} is not a postgresql:// URL",
            "Write it as postgresql://user:password@host:port/database.",
        )
    url = f"postgresql://{rest}"
    if understood(url) is None:
        raise UsageError(
            f"{variable} is not a URL that Postgres can read",
            "Percent-encode special characters in the user name and password (@ is %40, / is %2F).",
        )
    return url


def connect(
    url: str, *, variable: str = "its URL", statement_limit: float | None = None, **options: Any
) -> psycopg.Connection[Any]:
    """Open a session for revisions, as the owner of the database.

    Args:
        url: A `postgresql://` URL.
        variable: Where it was found, for messages.
        statement_limit: Seconds after which the server itself ends a statement. A server that says nothing for as long
            as that and connect_timeout together is given up; None waits for any time.
        options: Further arguments of `psycopg.connect`.

    Returns:
        A connection outside of any transaction, whose current user is not a superuser.

    Raises:
        OperationError: The server cannot be reached, refuses the login, is older than Postgres 15, or the
            database belongs to a superuser.
    """
    # A prepared statement can hold one command only, and a pooler may hand the next one to another session.
    said = conninfo.conninfo_to_dict(url)
    options = {
        "prepare_threshold": None,
        "fallback_application_name": "rempart",
        **{name: value for name, value in PATIENCE.items() if name not in said},
        "connect_timeout": _timeout(url),
    } | options
    try:
        connection = PatientConnection.connect(url, **options)
    except psycopg.OperationalError as error:
        raise OperationError(
            f"cannot connect to {_address(url)}: {' '.join(str(error).split())}",
            f"Check that the server runs, and the host, port, database, user and password of {variable}.",
        ) from None
    if statement_limit:
        connection.patience = statement_limit + _timeout(url)
    try:
        _refuse_old_server(connection)
        assume_owner(connection)
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def assume_owner(connection: psycopg.Connection[Any]) -> None:
    """Turn a superuser's session into one of the database's owner; leave any other session as it is.

    Args:
        connection: An open connection. The change lasts for the session, or ends with a rollback.

    Raises:
        OperationError: The owner is a superuser too, or the server is too old.
    """
    try:
        before = _current_user(connection)
        connection.execute(owner_sql().encode())
        after = _current_user(connection)
    except psycopg.Error as error:
        raise OperationError(said_by(error), error.diag.message_hint or "") from None
    if after != before:
        log.info("%s is a superuser: revisions run as the owner of the database, %s", before, after)


def owner_sql() -> str:
    """Return the SQL that `assume_owner` runs, for offline scripts."""
    return resources.files(__package__).joinpath("sql/assume_owner.sql").read_text(encoding="utf-8")


def _current_user(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("select current_user::text").fetchone()
    assert row is not None
    return str(row[0])


def _refuse_old_server(connection: psycopg.Connection[Any]) -> None:
    major = connection.info.server_version // 10000
    if major < OLDEST_SERVER:
        raise OperationError(
            f"the server runs Postgres {major}, and Postgres {OLDEST_SERVER} or newer is needed",
            "Upgrade the server first: security_invoker views need Postgres 15.",
        )


def _timeout(url: str) -> int:
    """Return the seconds to wait for a server, unless the URL or libpq's own variable says it."""
    said = conninfo.conninfo_to_dict(url).get("connect_timeout") or os.environ.get("PGCONNECT_TIMEOUT")
    try:
        return int(said) if said else PATIENCE["connect_timeout"]
    except ValueError:
        raise UsageError(f"PGCONNECT_TIMEOUT={said} is no number of seconds.", "Correct the variable.") from None


def _address(url: str) -> str:
    """Return the database of a URL without its password."""
    parts = conninfo.conninfo_to_dict(url)
    host = parts.get("host") or os.environ.get("PGHOST") or "the local socket"
    user = parts.get("user") or os.environ.get("PGUSER") or "the default user"
    return f"database {parts.get('dbname') or user} at {host} as {user}"
