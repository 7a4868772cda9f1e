"""The stand-in of the hosted platform, roles, schemas and defaults: on local and test servers only."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from rempart.errors import OperationError, UsageError
from rempart.postgres.server import Server, connect

_LOCK = 7_236_781_123_410_913  # any number, the same for all; it serialises changes of the cluster-wide roles
INSTALLED = "local stand-in of the hosted platform, by rempart"


def install(server: Server, database: str, folder: Path | None, owner: str) -> bool:
    """Run the platform's SQL files in a database, as superuser and in one transaction.

    Without a platform there is only the owner, a role that may log in and nothing else.

    The files run in the order of their names: cluster-wide roles first, written so that they can run again
    for the next database, then what belongs to the database. The owner gets the database, and the login roles
    that the files created get the server's password when it has one.

    Args:
        server: Where.
        database: Its name; it exists.
        folder: The folder of the files; None for plain Postgres.
        owner: The role that runs the revisions.

    Returns:
        Whether it was installed now; False when the database has it already.

    Raises:
        UsageError: The folder has no SQL file, or the owner is a superuser.
        OperationError: A file failed; nothing of the installation is left.
    """
    files = sorted(folder.glob("*.sql")) if folder is not None else []
    if folder is not None and not files:
        raise UsageError(f"there is no SQL file in {folder}.", next_step="correct the key platform in [tool.rempart]")
    with connect(server.url()) as cluster:
        # On another connection than the files', and always in the same database: locks belong to databases.
        cluster.execute("select pg_catalog.pg_advisory_lock(%s)", (_LOCK,))
        with connect(server.url(database)) as connection, connection.transaction():
            if _installed(connection):
                return False
            before = _login_roles(connection)
            for file in files:
                _run(connection, file)
            if folder is None:
                _make_owner(connection, owner)
            _give_database(connection, database, owner)
            if server.password is not None:
                for role in sorted(_login_roles(connection) - before):
                    _set_password(connection, role, server.password)
            connection.execute(
                sql.SQL("comment on database {} is {}").format(sql.Identifier(database), sql.Literal(INSTALLED))
            )
    return True


def _installed(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database"
        " where datname = pg_catalog.current_database()"
    ).fetchone()
    return row is not None and row[0] == INSTALLED


def _run(connection: psycopg.Connection, file: Path) -> None:
    text = file.read_bytes()
    try:
        connection.execute(text)
    except psycopg.Error as error:
        position = int(error.diag.statement_position or 0)
        line = text.decode(errors="replace")[: max(position - 1, 0)].count("\n") + 1
        where = f"{file}:{line}" if position else str(file)
        raise OperationError(
            f"{where}: {error.diag.message_primary or error}",
            next_step="correct the file; nothing was changed",
        ) from None


def _make_owner(connection: psycopg.Connection, owner: str) -> None:
    row = connection.execute("select from pg_catalog.pg_roles where rolname = %s", (owner,)).fetchone()
    if row is None:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(owner)))


def _give_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    row = connection.execute("select rolsuper from pg_catalog.pg_roles where rolname = %s", (owner,)).fetchone()
    if row is None:
        raise UsageError(
            f"the platform's SQL files create no role {owner}.",
            next_step="create it there, or correct the key owner in [tool.rempart]",
        )
    if row[0]:
        raise UsageError(
            f"the owner {owner} is a superuser: row security would not be tested.",
            next_step="let the platform's SQL files create it without superuser rights",
        )
    connection.execute(sql.SQL("alter database {} owner to {}").format(sql.Identifier(database), sql.Identifier(owner)))


def _login_roles(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute("select rolname from pg_catalog.pg_roles where rolcanlogin and not rolsuper")
    return {str(row[0]) for row in rows}


def _set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    # Only the verifier is sent: a statement may end up in a log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
    )
