"""Calling: what happens when a persona calls a function, or uses a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg import sql

from rempart.access.cells import Access, Cell, denied
from rempart.access.laboratory import DENIED, Plan
from rempart.access.model import EXECUTE
from rempart.access.pools import Witnesses
from rempart.access.structure import Function, Relation, Structure
from rempart.catalog.statement import raw

_USUAL = {
    "boolean": "true",
    "text": "witness row text",
    "date": "2024-01-01",
    "jsonb": "{}",
    "json": "{}",
} | dict.fromkeys(("integer", "bigint", "smallint", "numeric", "double precision", "real"), "1")
_MOST = 6  # combinations of arguments that are tried


def arguments_of(
    structure: Structure, made: Mapping[int, Witnesses], function: Function
) -> list[tuple[str | None, ...]]:
    """Arguments to call a function with: NULL for each, then values like those that witness rows have.

    An argument stands for the column whose name its own name ends with, such as `p_depot_id` for `depot_id`; the
    values are those of rows of the table with the most such columns.

    Args:
        structure: The structure.
        made: The witness rows.
        function: The function.
    """
    nothing: tuple[str | None, ...] = (None,) * len(function.types)
    best: list[dict[int, str | None]] = []
    for witnesses in made.values():
        columns = structure.columns.get(witnesses.relation.oid, ())
        places = {
            place: column.name
            for place, (kind, name) in enumerate(zip(function.types, _names(function), strict=True))
            for column in columns
            if column.type == kind and name and (name == column.name or name.endswith(f"_{column.name}"))
        }
        if witnesses.stored and len(places) > max(map(len, best), default=0):
            best = [{p: row[name] for p, name in places.items()} for row in witnesses.stored[:_MOST]]
    rows = [tuple(row.get(place) or _usual(kind) for place, kind in enumerate(function.types)) for row in best or [{}]]
    return list(dict.fromkeys([nothing, *rows]))


def _names(function: Function) -> tuple[str, ...]:
    return function.arguments or ("",) * len(function.types)


def _usual(kind: str) -> str | None:
    return _USUAL["date"] if kind.startswith("timestamp") else _USUAL.get(kind)


def call(function: Function, rows: Sequence[tuple[str | None, ...]]) -> Plan[dict[str, Cell]]:
    """Call a function as a persona, with each row of arguments, and see what it does.

    Args:
        function: The function.
        rows: The arguments.
    """
    if function.is_trigger or function.kind == "w":
        held = sql.SQL("select 1 where has_function_privilege({}, 'EXECUTE') and has_schema_privilege({}, 'USAGE')")
        came = yield [("", held.format(sql.Literal(_regprocedure(function)), sql.Literal(function.schema)).as_string())]
        return {
            EXECUTE: Cell(Access.SOME, "held, and only a trigger or a window calls it") if came[0].touched else denied()
        }
    effects: dict[str, None] = {}
    errors: dict[str, None] = {}
    for tried in (yield [("", _calling(function, row)) for row in rows]):
        if tried.state == DENIED and not tried.inside:
            return {EXECUTE: denied()}
        if tried.state is None:
            effects |= dict.fromkeys([f"writes {', '.join(tried.written)}"] if tried.written else ["writes nothing"])
        else:
            errors[tried.state] = None
    if effects:
        effects = {effect: None for effect in effects if effect != "writes nothing"} or effects
        return {EXECUTE: Cell(Access.ALL, ", ".join(["runs", *effects]))}
    words = [f"refuses inside ({DENIED})"] if DENIED in errors else []
    others = sorted(set(errors) - {DENIED})
    words += [f"fails ({', '.join(others)})"] if others else []
    return {EXECUTE: Cell(Access.SOME, ", ".join(["called", *words]))}


def _calling(function: Function, row: Sequence[str | None]) -> str:
    arguments = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Literal(value), raw(kind)) for value, kind in zip(row, function.types, strict=True)
    )
    verb = sql.SQL("call {}({})" if function.kind == "p" else "select * from {}({})")
    if function.kind == "a":
        verb = sql.SQL("select {}({})") if function.types else sql.SQL("select {}(*)")
    return verb.format(sql.Identifier(function.schema, function.name), arguments).as_string()


def _regprocedure(function: Function) -> str:
    name = sql.Identifier(function.schema, function.name).as_string()
    return f"{name}({','.join(function.types)})"


def use(sequence: Relation) -> Plan[dict[str, Cell]]:
    """Use a sequence as a persona, for each of its privileges: `usage`, `select`, `update`.

    Args:
        sequence: The sequence.
    """
    name = sql.Literal(sequence.identifier.as_string())
    tries: dict[str, sql.Composed] = {
        "usage": sql.SQL("select nextval({})").format(name),
        "select": sql.SQL("select last_value from {}").format(sequence.identifier),
        "update": sql.SQL("select setval({}, 1)").format(name),
    }
    came = yield [("", statement.as_string()) for statement in tries.values()]
    return {
        word: denied() if one.denied else Cell(Access.ALL, "allowed") for word, one in zip(tries, came, strict=True)
    }
