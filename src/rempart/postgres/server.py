"""What every Postgres server offers to the rest of the tool, and how its address is written and shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rempart.errors import OperationError, UsageError
from rempart.postgres.patient import PatientConnection

SUPERUSER = "postgres"
PORT = 5432
MINIMUM_MAJOR = 15
PATIENCE: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Connection parameters, in seconds and milliseconds, by which a server that is gone without a word is noticed within a
minute; what a URL says goes before."""

# A password that should have been percent-encoded may hold any character; after a host comes a port number.
_PASSWORD_IN_AUTHORITY = re.compile(r"(?<=://)([^\s:@/]*):(?!\d+(?:[/?\s]|$)[^@]*$)\S*@")
_PASSWORD_PARAMETER = re.compile(r"((?:password|passfile|sslpassword|sslkey)\s*=\s*)('[^']*'|[^&\s]*)", re.I)


class Server(Protocol):
    """A running Postgres server that this process may use as its superuser."""

    @property
    def label(self) -> str:
        """Kind and major version, such as ``embedded-18``, ``container-15`` or ``external-17``."""

    @property
    def major(self) -> int:
        """Major version of the server."""

    @property
    def password(self) -> str | None:
        """Password of the login roles made on it; None when the server asks for none."""

    @property
    def bin_dir(self) -> Path | None:
        """Folder of client programs of the same version (pg_dump, psql); None when there is none."""

    def url(self, database: str = SUPERUSER, user: str | None = None) -> str:
        """The libpq URI of a database of the server.

        Args:
            database: Name of the database.
            user: The role to connect as; the superuser by default.
        """


def socket_url(folder: Path, database: str, user: str) -> str:
    """The libpq URI of a server that listens on a unix socket in ``folder``."""
    return f"postgresql://{_quoted(user)}@/{_quoted(database)}?host={_quoted(str(folder))}&port={PORT}"


def tcp_url(host: str, port: int, database: str, user: str, password: str) -> str:
    """The libpq URI of a server that is reached over TCP with a password."""
    shown_host = f"[{host}]" if ":" in host else host
    return f"postgresql://{_quoted(user)}:{_quoted(password)}@{shown_host}:{port}/{_quoted(database)}"


def with_database(parameters: Mapping[str, Any], database: str, user: str | None) -> str:
    """The libpq URI of connection parameters, pointed at another database and, when given, another role."""
    changed = {**parameters, "dbname": database} | ({"user": user} if user else {})
    authority = _quoted(str(changed.pop("user", "")))
    if password := changed.pop("password", None):
        authority += f":{_quoted(str(password))}"
    name = _quoted(str(changed.pop("dbname")))
    rest = "&".join(f"{key}={_quoted(str(value))}" for key, value in sorted(changed.items()))
    return f"postgresql://{authority}{'@' if authority else ''}/{name}{'?' if rest else ''}{rest}"


def parse(url: str) -> dict[str, Any]:
    """The connection parameters of a libpq URI or key/value string.

    Raises:
        UsageError: It is neither.
    """
    found = understood(url)
    if found is None:
        raise UsageError(
            f"{shown(url)} is not a URL that Postgres can read.",
            next_step="write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE; within a user or a password write"
            " @ as %40, / as %2F, % as %25",
        )
    return found


def understood(url: str) -> dict[str, Any] | None:
    """The connection parameters of a libpq URI or key/value string; None when it is neither.

    What libpq says of it quotes the part it stumbled on, which may be the password, and is kept to ourselves. It ends a
    password at the first @, or has none when a / comes first: the rest would be taken for the host or the database, and
    be shown in messages.

    Args:
        url: The URI or string.
    """
    if url.startswith(("postgresql://", "postgres://")):
        authority, _, path = url.partition("://")[2].partition("?")[0].partition("/")
        if authority.count("@") > 1 or "@" in path or any(one.isspace() for one in url):
            return None
    try:
        found: dict[str, Any] = conninfo_to_dict(url)
        for number in (found.get("connect_timeout"), *str(found.get("port") or "").split(",")):
            int(number or 0)
    except (psycopg.ProgrammingError, ValueError):
        return None
    return found


def shown(url: str) -> str:
    """A URL for people: without its password, and nothing of one that is not understood, for any part may be it.

    Args:
        url: What was given as one.
    """
    return "what was given, which may hold a password and is not shown," if understood(url) is None else masked(url)


def program_address(url: str) -> str:
    """A connection as an argument of a program: without its password, for arguments are seen by everybody here.

    Args:
        url: libpq URI of the database.

    Raises:
        UsageError: The URL holds a secret that a program can be given by its arguments only.
    """
    parameters = parse(url)
    if parameters.pop("sslpassword", None):
        raise UsageError(
            "the URL holds sslpassword, which pg_dump could be given only where everybody on this machine sees it.",
            next_step="use a key without a passphrase, in a file that only this account may read",
        )
    parameters.pop("password", None)
    return make_conninfo("", **{**PATIENCE, **parameters})


def masked(text: str) -> str:
    """The text with the passwords of every URL and connection string in it replaced by ``***``."""
    return _PASSWORD_PARAMETER.sub(r"\1***", _PASSWORD_IN_AUTHORITY.sub(r"\1:***@", text))


def said_by(error: BaseException) -> str:
    """What the server said of an error, or else the driver: on one line, with passwords masked.

    Args:
        error: The driver's error, or one that holds it as SQLAlchemy's do.
    """
    original = getattr(error, "orig", error)
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    return masked(primary or " ".join(str(original).split()) or type(original).__name__)


def connect(url: str, *, timeout: int = 10) -> PatientConnection:
    """Open an autocommit connection.

    Args:
        url: libpq URI of the database.
        timeout: Seconds to wait for the server.

    Raises:
        UsageError: The URL cannot be understood.
        OperationError: The server does not answer or does not let us in; the message masks the password.
    """
    parameters = parse(url)
    try:
        return PatientConnection.connect(**{**PATIENCE, "connect_timeout": timeout, **parameters}, autocommit=True)
    except (psycopg.OperationalError, UnicodeError) as error:
        reason = _without_secret(masked(str(error)), parameters.get("password")).strip()
        raise OperationError(
            f"no connection to {masked(url)}: {reason}",
            next_step="check that the server runs, and host, port, role, password and database of the URL",
        ) from None


def _without_secret(text: str, password: object) -> str:
    secret = str(password or "")
    return text.replace(secret, "***").replace(quote(secret), "***") if len(secret) > 2 else text


def _quoted(text: str) -> str:
    return quote(text, safe="")
