"""What a rollback would lose: the rows of the tables and columns that it drops."""

from __future__ import annotations

import psycopg
from psycopg import sql

from rempart.catalog.identity import Identity
from rempart.deploy.gates.situation import Situation
from rempart.deploy.steps import DOWNGRADE
from rempart.deploy.target import Connection
from rempart.revisions.checking import Check

_COUNTED = 1_000_000


def data(situation: Situation) -> Check:
    """No rows are lost, or somebody accepts it.

    Args:
        situation: The deployment.
    """
    lost = _lost(situation)
    if situation.allow_data_loss:
        return Check("data", True, f"accepted: {', '.join(lost)}" if lost else "nothing would be lost")
    advice = ("--accept-data-loss accepts it, with a fresh backup",) if lost else ()
    return Check("data", not lost, "nothing would be lost" if not lost else "rows would be lost", (*lost, *advice))


def _lost(situation: Situation) -> list[str]:
    """The tables and columns with rows that are dropped on the way, each with the number of its rows."""
    dropped = [
        one.identity
        for effect in situation.plan.effects
        if effect.step.direction == DOWNGRADE
        for one in effect.changes
        if one.before is not None and one.after is None and one.before.keeps_data()
    ]
    tables = {identity for identity in dropped if identity.kind == "table"}
    found = []
    for identity in dropped:
        if identity.kind == "column" and identity.relation in tables:
            continue
        if identity.kind in ("table", "column") and (rows := _rows(situation.connection, identity)):
            found.append(f"{identity} ({rows})")
    return found


def _rows(connection: Connection, identity: Identity) -> str:
    """How many rows there are with a value in a table or column; empty for none, and for what is not there yet."""
    table = sql.Identifier(identity.schema, identity.name)
    row = connection.execute("select pg_catalog.to_regclass(%s) is not null", (table.as_string(),)).fetchone()
    if row is None or not row[0]:
        return ""
    where = sql.Composed([])
    if identity.kind == "column":
        where = sql.SQL(" where {} is not null").format(sql.Identifier(identity.part))
    counted = sql.SQL("select pg_catalog.count(*) from (select from {}{} limit %s) s")
    with connection.transaction(force_rollback=True):
        # A policy that hid rows from the question would make it worthless: then the question fails instead.
        connection.execute("select pg_catalog.set_config('row_security', 'off', true)")
        try:
            row = connection.execute(counted.format(table, where), (_COUNTED + 1,)).fetchone()
        except psycopg.errors.InsufficientPrivilege as error:
            return f"not counted: {error.diag.message_primary}"
    rows = int(row[0]) if row is not None else 0
    if rows > _COUNTED:
        return f"more than {_COUNTED} rows"
    return f"{rows} row{'' if rows == 1 else 's'}" if rows else ""
