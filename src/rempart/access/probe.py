"""The probe: become a persona and try. Every attempt runs on the server and is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import LiteralString, cast

import psycopg
from psycopg import sql

from rempart.access.personas import Persona, become
from rempart.access.structure import DELETABLE, INSERTABLE, UPDATABLE, Connection, query
from rempart.config import Config


class Outcome(StrEnum):
    """What an attempt met."""

    REFUSED = "refused"
    """Refused by privilege, or by the check of a policy (SQLSTATE 42501)."""
    NOTHING = "nothing"
    """Ran, and gave or changed no row: row security hid them, or there are none."""
    DONE = "done"
    """Ran, and gave or changed rows."""
    UNDECIDED = "undecided"
    """Failed for another reason, so it shows nothing about access; or it got past the privilege check."""


@dataclass(frozen=True)
class Relation:
    """A table, view, materialized view, foreign table or sequence.

    Attributes:
        schema: Its schema.
        name: Its name.
        kind: `relkind` of pg_class.
        columns: Its columns, in order.
        writable: What can be written through it at all, as pg_relation_is_updatable says it.
    """

    schema: str
    name: str
    kind: str
    columns: tuple[str, ...] = ()
    writable: int = 0

    @property
    def qualified(self) -> str:
        """`schema.name`, for people."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """`schema.name`, quoted for SQL."""
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True)
class Attempt:
    """One thing that was tried.

    Attributes:
        subject: The relation or function.
        action: What was tried: `select`, `insert`, `update (column)`, `execute` and so on.
        outcome: What came of it.
        rows: Rows given or changed.
        reason: The server's message when it did not run.
    """

    subject: str
    action: str
    outcome: Outcome
    rows: int = 0
    reason: str = ""


def relations(connection: Connection) -> list[Relation]:
    """All relations outside the system catalogs.

    Args:
        connection: A connection of a role that sees the catalogs.
    """
    return [
        Relation(schema, name, kind, tuple(columns), writable)
        for schema, name, kind, columns, writable in connection.execute(query("relations"))
    ]


def count_rows(connection: Connection, found: Iterable[Relation]) -> dict[str, int]:
    """Count the rows there are, as a role that row security does not apply to.

    Args:
        connection: A superuser's connection.
        found: The relations.

    Returns:
        Rows by qualified name.
    """
    return {relation.qualified: _count(connection, relation) for relation in found}


def try_reads(connection: Connection, persona: Persona, found: Iterable[Relation], config: Config) -> list[Attempt]:
    """Select every row of every relation as a persona.

    Args:
        connection: An autocommit connection of the gateway's login role.
        persona: Who tries.
        found: What to read.
        config: The project.
    """
    with become(connection, persona, config):
        return [
            _attempt(connection, relation.qualified, "select", partial(_count, connection, relation))
            for relation in found
        ]


def try_writes(connection: Connection, persona: Persona, found: Iterable[Relation], config: Config) -> list[Attempt]:
    """Insert into, update (column by column), delete from and truncate every relation; all is rolled back.

    Args:
        connection: An autocommit connection of the gateway's login role.
        persona: Who tries.
        found: What to write to; sequences are advanced and set instead.
        config: The project.
    """
    with become(connection, persona, config):
        return [
            _attempt(connection, relation.qualified, action, partial(_run, connection, statement))
            for relation in found
            for action, statement in _writes(connection, relation)
        ]


def try_functions(connection: Connection, catalog: Connection, persona: Persona, config: Config) -> list[Attempt]:
    """Call every function of the project as a persona, with NULL for each argument; all is rolled back.

    A call that gets past the privilege check counts as executable, whatever it then says.

    Args:
        connection: An autocommit connection of the gateway's login role.
        catalog: A connection of a role that sees the catalogs.
        persona: Who tries.
        config: The project.
    """
    parameters = {"exposed": list(config.exposed_schemas), "owner": config.owner}
    attempts = []
    functions = catalog.execute(query("functions"), parameters).fetchall()
    with become(connection, persona, config):
        for schema, name, kind, types, signature in functions:
            arguments = sql.SQL(", ").join(
                sql.SQL("null::{}").format(sql.SQL(cast(LiteralString, of_type))) for of_type in types
            )
            call = sql.SQL("{} {}({})").format(
                sql.SQL("call" if kind == "p" else "select"), sql.Identifier(schema, name), arguments
            )
            attempts.append(_attempt(connection, signature, "execute", partial(_run, connection, call)))
    return attempts


def _writes(connection: Connection, relation: Relation) -> Iterator[tuple[str, sql.Composed]]:
    target = relation.identifier
    if relation.kind == "S":
        name = sql.Literal(target.as_string(connection))
        yield "nextval", sql.SQL("select nextval({})").format(name)
        yield "setval", sql.SQL("select setval({}, 1)").format(name)
        return
    if relation.writable & INSERTABLE:
        yield "insert", sql.SQL("insert into {} default values").format(target)
    if relation.writable & UPDATABLE:
        for column in relation.columns:
            statement = sql.SQL("update {} set {} = default").format(target, sql.Identifier(column))
            yield f"update ({column})", statement
    if relation.writable & DELETABLE:
        yield "delete", sql.SQL("delete from {}").format(target)
    if relation.kind in "rp":
        yield "truncate", sql.SQL("truncate {}").format(target)


def _attempt(connection: Connection, subject: str, action: str, run: Callable[[], int]) -> Attempt:
    """Run one attempt in a savepoint that is always rolled back."""
    try:
        with connection.transaction(force_rollback=True):
            rows = run()
    except psycopg.Error as error:
        # An error with a context was raised inside a function: the privilege check had been passed.
        refused = isinstance(error, psycopg.errors.InsufficientPrivilege) and not error.diag.context
        outcome = Outcome.REFUSED if refused else Outcome.UNDECIDED
        return Attempt(subject, action, outcome, reason=str(error.diag.message_primary or error))
    return Attempt(subject, action, Outcome.DONE if rows else Outcome.NOTHING, rows)


def _count(connection: Connection, relation: Relation) -> int:
    row = connection.execute(sql.SQL("select count(*) from {}").format(relation.identifier)).fetchone()
    return int(row[0]) if row else 0


def _run(connection: Connection, statement: sql.Composed) -> int:
    return connection.execute(statement).rowcount
