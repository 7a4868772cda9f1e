"""The anonymous role, tried on a live database: it reads one row of each relation, or is refused. Nothing is called."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import resources
from typing import Any

import psycopg
from psycopg import sql

from rempart.access.personas import assume
from rempart.audit.answers import Answers, ask
from rempart.audit.decide import RelationRead, decided, writes
from rempart.audit.model import Anonymous, FunctionSeen, NotAudited, RelationSeen, Sight
from rempart.audit.session import Connection, attempt
from rempart.lint.settings import Settings

_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence"}


def probe(
    connection: Connection, role: str, exposed: Sequence[str], claims_setting: str, settings: Settings | None = None
) -> tuple[Anonymous | None, list[NotAudited]]:
    """Find out what the anonymous role gets.

    Args:
        connection: A session that only reads, not in a transaction.
        role: The anonymous role.
        exposed: The schemas that the gateway offers.
        claims_setting: The setting in which the gateway passes claims.
        settings: Names the session functions and the platform's schemas; those of the platform by default.

    Returns:
        What it can do, and what could not be found out. None for a role that does not exist.
    """
    parameters = {"anonymous": role, "exposed": list(exposed)}
    settings = settings or Settings()
    with connection.transaction():
        if not connection.execute("select from pg_catalog.pg_roles where rolname = %s", (role,)).fetchall():
            return None, [NotAudited(f"role {role}", "there is no such role: nobody could be tried")]
        found = _relations(connection, parameters)
        functions = tuple(FunctionSeen(*row) for row in _rows(connection, "functions", parameters))
        refusal = _refusal(connection, role, claims_setting)
        seen, answers = {}, Answers()
        if refusal is None:
            with attempt(connection):
                assume(connection, role, {"role": role}, claims_setting)
                answers = ask(connection, role, settings.session_functions)
                seen = {id(one): _sight(connection, one) for one in found if one.may_read and one.relkind not in "fS"}
        relations = tuple(
            replace(
                _relation(connection, one, seen.get(id(one)), refusal, answers),
                of_platform=one.schema in settings.platform_schemas,
            )
            for one in found
        )
    if refusal is not None:
        missing = [NotAudited(f"what {role} sees", f"not observed, decided from privileges and policies: {refusal}")]
    else:
        undecided = [one for one in relations if one.sight is Sight.UNDECIDED]
        missing = [NotAudited(f"what {role} sees of {one.name}", one.reason) for one in undecided]
    return Anonymous(role, refusal is None, relations, functions), missing


def _relations(connection: Connection, parameters: dict[str, Any]) -> list[RelationRead]:
    found = [RelationRead.of_row(row) for row in _rows(connection, "relations", parameters)]
    asked = [one.oid for one in found if one.relkind != "S"]
    try:
        with attempt(connection):
            updatable = dict(_rows(connection, "updatable", {"relations": asked}))
    except psycopg.Error:
        # A foreign data wrapper does not work: what goes through it can be neither read nor written.
        updatable = {}
        for oid in asked:
            with suppress(psycopg.Error), attempt(connection):
                updatable |= dict(_rows(connection, "updatable", {"relations": [oid]}))
    return [replace(one, updatable=updatable.get(one.oid, 0)) for one in found]


def _relation(
    connection: Connection,
    one: RelationRead,
    seen: tuple[Sight, str] | None,
    refusal: str | None,
    answers: Answers,
) -> RelationSeen:
    sight, reason, observed = Sight.REFUSED, "", True
    if one.may_read and one.relkind != "S":
        if seen is not None and seen[0] is not Sight.NOTHING:
            sight, reason = seen
        elif seen is not None and _has_rows(connection, one):
            sight, reason = Sight.NOTHING, "it holds rows, and row security hides them"
        else:
            sight, why = decided(one, answers)
            observed = False
            if refusal is not None or one.relkind == "f":
                reason = why
            else:
                empty = "empty" if one.auditor_sees_all else "no row to see"
                reason = f"{empty}: not observed; {why}"
    return RelationSeen(
        name=f"{one.schema}.{one.name}",
        kind=_KINDS[one.relkind],
        exposed=one.exposed,
        privileges=one.privileges if one.enters else (),
        columns=one.columns if one.may_read else (),
        row_security=one.row_security,
        sight=sight,
        observed=observed,
        reason=reason,
        writes=writes(one, answers),
    )


def _refusal(connection: Connection, role: str, claims_setting: str) -> str | None:
    """Why the auditing role may not become the anonymous one; None when it may."""
    try:
        with attempt(connection):
            assume(connection, role, {"role": role}, claims_setting)
    except psycopg.Error as error:
        return str(error.diag.message_primary or type(error).__name__)
    return None


def _sight(connection: Connection, one: RelationRead) -> tuple[Sight, str]:
    """What the role that the session has become gets: one row is enough to know."""
    try:
        with attempt(connection):
            row = connection.execute(_one_row(one)).fetchone()
    except psycopg.errors.InsufficientPrivilege as error:
        return Sight.REFUSED, str(error.diag.message_primary)
    except psycopg.Error as error:
        return Sight.UNDECIDED, str(error.diag.message_primary or type(error).__name__)
    return (Sight.ROWS, "") if row is not None else (Sight.NOTHING, "")


def _has_rows(connection: Connection, one: RelationRead) -> bool:
    """Whether the auditing role sees a row, where row security hides none from it."""
    if not one.auditor_sees_all:
        return False
    try:
        with attempt(connection):
            return connection.execute(_one_row(one)).fetchone() is not None
    except psycopg.Error:
        return False


def _one_row(one: RelationRead) -> sql.Composed:
    # No column is named: privilege on any one of them is enough.
    return sql.SQL("select from {} limit 1").format(sql.Identifier(one.schema, one.name))


def _rows(connection: Connection, query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    return connection.execute(
        resources.files(__package__).joinpath("sql", f"{query}.sql").read_bytes(), parameters
    ).fetchall()
