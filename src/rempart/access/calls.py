"""Calling: what happens when a persona calls a function, or uses a sequence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from psycopg import sql

from rempart.access import candidates
from rempart.access.cells import Access, Cell, denied
from rempart.access.laboratory import DENIED, Plan
from rempart.access.model import EXECUTE
from rempart.access.pools import Witnesses
from rempart.access.structure import Column, Function, Relation, Structure
from rempart.catalog.statement import raw

_USUAL = {
    "boolean": "true",
    "text": "witness row text",
    "date": "2024-01-01",
    "jsonb": "{}",
    "json": "{}",
    "uuid": candidates.identifier("nobody"),
} | dict.fromkeys(("integer", "bigint", "smallint", "numeric", "double precision", "real"), "1")
_MOST = 6  # combinations of arguments that are tried
_WORD = re.compile(r"\w+")


def arguments_of(
    structure: Structure, made: Mapping[int, Witnesses], function: Function
) -> list[tuple[str | None, ...]]:
    """Arguments to call a function with: NULL for each, then values that nothing has, then those of witness rows.

    An argument stands for the column whose name its own name ends with, such as `p_depot_id` for `depot_id`, or which
    the function's text compares with it; the values are those of rows of the table with the most such columns, first
    of one that the text names.

    Args:
        structure: The structure.
        made: The witness rows.
        function: The function.
    """
    nothing: tuple[str | None, ...] = (None,) * len(function.types)
    words = set(_WORD.findall(function.text))
    best: tuple[int, bool] = (0, False)
    found: list[dict[int, str | None]] = []
    for witnesses in made.values():
        named = witnesses.relation.name in words
        places = _places(function, structure.columns.get(witnesses.relation.oid, ()), compared=named)
        if witnesses.stored and places and (len(places), named) > best:
            best = len(places), named
            found = [{p: row[name] for p, name in places.items()} for row in witnesses.stored]
    rows = [tuple(row.get(place) or _usual(kind) for place, kind in enumerate(function.types)) for row in [{}, *found]]
    return list(dict.fromkeys([nothing, *rows]))[: _MOST + 2]


def _places(function: Function, columns: Sequence[Column], *, compared: bool) -> dict[int, str]:
    """The columns that the arguments of a function stand for, by the place of the argument."""
    found = {}
    for place, (kind, name) in enumerate(zip(function.types, _names(function), strict=True)):
        alike = _compared(function.text, name) if compared else set()
        fitting = [
            (_ends_with(name, column.name), len(column.name), column.name)
            for column in columns
            if column.type == kind and (_ends_with(name, column.name) or column.name in alike)
        ]
        if fitting:
            found[place] = max(fitting)[-1]
    return found


def _ends_with(name: str, column: str) -> bool:
    return bool(name) and (name == column or name.endswith(f"_{column}"))


def _compared(text: str, name: str) -> set[str]:
    """The columns that a function's text compares with an argument, as far as `column = argument` shows it."""
    if not name:
        return set()
    argument = rf'"?{re.escape(name)}"?(?![\w.])'
    column = r'(?:"?\w+"?\.)*"?(\w+)"?'
    found = re.findall(rf"{column}\s*=\s*{argument}|(?<![\w.]){argument}\s*=\s*{column}", text)
    return {one for pair in found for one in pair if one}


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
    came = yield [("", _calling(function, row)) for row in rows]
    if any(tried.state == DENIED and not tried.inside for tried in came):
        return {EXECUTE: denied()}
    ran = [tried for tried in came if tried.state is None]
    written = {table for tried in ran for table in tried.written}
    # Few functions are made for NULL in every argument: what that meets counts when nothing else ran.
    errors = {tried.state for tried in (came[1:] if ran else came) if tried.state is not None}
    words = [f"refuses inside ({DENIED})"] if DENIED in errors else []
    others = sorted(errors - {DENIED})
    words += [f"fails ({', '.join(others)})"] if others else []
    if not ran:
        return {EXECUTE: Cell(Access.SOME, ", ".join(["called", *words]))}
    if written:
        return {EXECUTE: Cell(Access.ALL, f"runs, writes {', '.join(sorted(written))}")}
    # What runs without arguments, and not with some, was not seen to do nothing.
    return {EXECUTE: Cell(Access.ALL, "; ".join(["runs, writes nothing", *words]))}


def _calling(function: Function, row: Sequence[str | None]) -> str:
    written = [
        sql.SQL("{}::{}").format(sql.Literal(value), raw(kind)) for value, kind in zip(row, function.types, strict=True)
    ]
    if function.is_variadic:
        written[-1] = sql.SQL("variadic {}").format(written[-1])
    arguments = sql.SQL(", ").join(written)
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
        # Out of its bounds: the privilege is asked first, and what setval does is undone by nobody.
        "update": sql.SQL("select setval({}, -9223372036854775808)").format(name),
    }
    came = yield [("", statement.as_string()) for statement in tries.values()]
    return {
        word: denied() if one.denied else Cell(Access.ALL, "allowed") for word, one in zip(tries, came, strict=True)
    }
