"""Writing through views."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from rempart.access.cells import Access, Cell, cell_of, denied, judged, unknown
from rempart.access.holdings import Held
from rempart.access.labels import Label
from rempart.access.laboratory import Plan
from rempart.access.reads import Shown
from rempart.access.structure import DELETABLE, INSERTABLE, UPDATABLE

_GENERATED = "428C9"  # a column that only DEFAULT may be given to, found before anybody's rights are looked at
_BITS = {"update": UPDATABLE, "insert": INSERTABLE, "delete": DELETABLE}
COMMANDS = tuple(_BITS)


def through_view(shown: Shown, labels: dict[int, Label], held: Held, command: str) -> Plan[dict[str, Cell]]:
    """Write through a view as a persona: its rows one by one.

    Args:
        shown: All rows of the view.
        labels: What the persona calls them.
        held: What it holds on the view.
        command: `insert`, `update` or `delete`.
    """
    relation = shown.relation
    holds = {"insert": bool(held.insert), "update": bool(held.update), "delete": "delete" in held.whole}[command]
    if not relation.writable & _BITS[command]:
        # Postgres refuses before it looks at privileges.
        cell = Cell(Access.NONE, "held, but nothing can be written through it") if holds else denied()
        return {command: cell}
    columns = {"insert": held.insert, "update": held.update, "delete": ()}[command] or relation.columns[:1]
    numbers = list(shown.rows) if holds else list(shown.rows)[:1]
    rows = [shown.rows[number] for number in numbers] or [(None,) * len(relation.columns)]
    came = yield [("", _statement(shown, held, command, columns, row)) for row in rows]
    if any(one.state == _GENERATED for one in came):
        tried = columns if holds else relation.columns
        each = yield [("", _statement(shown, held, command, (name,), rows[0])) for name in tried]
        given = [name for name, one in zip(tried, each, strict=True) if one.state != _GENERATED]
        if given:
            came = yield [("", _statement(shown, held, command, given, row)) for row in rows]
    if not holds or not numbers:
        return {command: denied() if came[0].denied else unknown(came[0].message or "it shows no row to anybody")}
    outcomes = {number: judged(tried, relation.triggers) for number, tried in zip(numbers, came, strict=True)}
    return {command: cell_of(outcomes, labels)}


def _statement(shown: Shown, held: Held, command: str, columns: Sequence[str], values: Sequence[str | None]) -> str:
    relation = shown.relation
    row = dict(zip(relation.columns, values, strict=True))
    if command == "insert":
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        given = sql.SQL(", ").join(sql.Literal(row[name]) for name in columns)
        return sql.SQL("insert into {} ({}) values ({})").format(relation.identifier, names, given).as_string()
    if command == "update":
        changes = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(n), sql.Literal(row[n])) for n in columns)
        statement = sql.SQL("update {} set {}").format(relation.identifier, changes)
    else:
        statement = sql.SQL("delete from {}").format(relation.identifier)
    conditions = [
        sql.SQL("{}::text is not distinct from {}").format(sql.Identifier(name), sql.Literal(row[name]))
        for name in held.select
    ]
    if conditions:
        statement += sql.SQL(" where ") + sql.SQL(" and ").join(conditions)
    return statement.as_string()
