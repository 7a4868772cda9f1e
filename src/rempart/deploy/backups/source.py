"""The database that is backed up, held still: one snapshot for the dump, the counts and the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from rempart.deploy.backups.server_roles import Role, roles_of
from rempart.deploy.queries import query
from rempart.deploy.target import Facts, facts_of
from rempart.errors import OperationError
from rempart.own_objects import SCHEMA, VERSION_TABLE
from rempart.postgres.patient import PatientConnection
from rempart.postgres.server import PATIENCE, connect, masked, parse

Connection = psycopg.Connection[Any]
_SHOWN = 10
READ_ALL = "name a role that may in backup.url_env: one with pg_read_all_data, and BYPASSRLS where rows are hidden"
LARGE_OBJECTS = "large objects"


@dataclass(frozen=True)
class Source:
    """A database in the middle of a transaction that sees one state of it.

    Attributes:
        connection: The session.
        snapshot: The snapshot's name, for other sessions.
        facts: What the database says of itself.
        system: The number of its server; None when this role may not read it.
        taken_at: The moment of the snapshot, by the server's clock.
        roles: The roles of the server.
        patience: Seconds in which the server answers a question that is no work.
    """

    connection: PatientConnection
    snapshot: str
    facts: Facts
    system: str | None
    taken_at: datetime
    roles: tuple[Role, ...]
    patience: float

    def expect_an_answer(self) -> None:
        """Make sure that the server is there, while a program waits for it without a limit.

        Raises:
            OperationalError: It does not answer in time.
        """
        self.connection.patience = self.patience
        self.connection.execute("select")
        self.connection.patience = None


@contextmanager
def held_still(url: str, patience: timedelta) -> Iterator[Source]:
    """Open a transaction whose snapshot others can use, with every table locked against being changed in form.

    Nobody who reads or writes rows has to wait for it.

    Args:
        url: The database, for a role that may read everything.
        patience: How long to wait for a lock.

    Raises:
        OperationError: The role may not read everything, a lock was not had, or the connection was lost.
    """
    with connect(url) as connection:
        try:
            connection.execute(query("backup_session"))
            _refuse_unreadable(connection)
            facts, system = facts_of(connection), system_of(connection)
            tables = [(schema, name) for schema, name, _ in connection.execute(query("backup_tables")).fetchall()]
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                _lock(connection, tables, patience)
                snapshot, at = connection.execute(query("backup_snapshot")).fetchall()[0]
                yield Source(
                    connection, snapshot, facts, system, at.astimezone(UTC), roles_of(connection), _answering(url)
                )
        except psycopg.errors.LockNotAvailable:
            raise _locked(url, patience) from None
        except psycopg.Error as error:
            raise OperationError(
                f"the backup of {masked(url)} was broken off: {' '.join(masked(str(error)).split())}",
                next_step="see the message of the server, then run it again; nothing was registered",
            ) from None


def _answering(url: str) -> float:
    """Seconds in which a server answers a question that is no work."""
    return 2.0 * float(parse(url).get("connect_timeout") or PATIENCE["connect_timeout"])


def system_of(connection: Connection) -> str | None:
    """The number that a server got when it was made; None when the role may not read it.

    Args:
        connection: An autocommit session.
    """
    try:
        row = connection.execute(query("backup_system")).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return str(row[0]) if row else None


def rows_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has; the number of large objects too when there are any.

    Args:
        connection: A session that sees all rows.
    """
    found = {}
    for schema, name, is_parent in connection.execute(query("backup_tables")).fetchall():
        if not is_parent:
            statement = sql.SQL("select pg_catalog.count(*) from only {}").format(sql.Identifier(schema, name))
            found[f"{schema}.{name}"] = _number(connection, statement)
    if number := _number(connection, query("backup_large_objects")):
        found[LARGE_OBJECTS] = number
    return found


def revision_of(connection: Connection) -> str | None:
    """Where the history stands; None before the first revision.

    Args:
        connection: A session that may read the version table.
    """
    named = sql.Identifier(SCHEMA, VERSION_TABLE)
    there = connection.execute("select pg_catalog.to_regclass(%s)", (f"{SCHEMA}.{VERSION_TABLE}",)).fetchone()
    if there is None or there[0] is None:
        return None
    rows = connection.execute(sql.SQL("select version_num from {} order by 1").format(named)).fetchall()
    return ", ".join(str(row[0]) for row in rows) or None


def differing(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """The tables that have not the same number of rows, with both numbers.

    Args:
        before: The numbers of the database.
        after: The numbers of what was restored.
    """
    return [
        f"{table}: {_shown(before.get(table))} in the database, {_shown(after.get(table))} restored"
        for table in sorted({*before, *after})
        if before.get(table) != after.get(table)
    ]


def _shown(number: int | None) -> str:
    return "no such table" if number is None else f"{number} row{'' if number == 1 else 's'}"


def _number(connection: Connection, statement: sql.SQL | sql.Composed) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _refuse_unreadable(connection: Connection) -> None:
    hidden = [f"{name} ({why})" for name, why in connection.execute(query("backup_unreadable")).fetchall()]
    if hidden:
        more = f"; and {len(hidden) - _SHOWN} more" if len(hidden) > _SHOWN else ""
        raise OperationError(
            f"the role {connection.info.user} may not read everything, and a backup with holes is none:"
            f" {'; '.join(hidden[:_SHOWN])}{more}.",
            next_step=READ_ALL,
        )


def _lock(connection: Connection, tables: Sequence[tuple[str, str]], patience: timedelta) -> None:
    """Lock every table before the snapshot is taken: what is emptied or dropped later would be missing from it.

    Neither statement takes a snapshot, as a query would.
    """
    wait = sql.Literal(f"{int(patience.total_seconds() * 1000)}ms")
    connection.execute(sql.SQL("set local lock_timeout = {}").format(wait))
    if tables:
        names = sql.SQL(", ").join(sql.SQL("only {}").format(sql.Identifier(*table)) for table in tables)
        connection.execute(sql.SQL("lock table {} in access share mode").format(names))


def _locked(url: str, patience: timedelta) -> OperationError:
    with connect(url) as connection:
        holders = [str(row[0]) for row in connection.execute(query("backup_blockers")).fetchall()]
    seconds = f"{patience.total_seconds():g} s"
    return OperationError(
        f"a table could not be read within {seconds}: {'; '.join(holders) or 'a lock was held that lets nobody read'}.",
        next_step="wait for that session to end, or end it, then run it again; nothing was registered",
    )
