"""Bodies of functions, checked by Postgres once everything they may mention exists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from importlib import resources
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from rempart.errors import OperationError
from rempart.sqltext.definitions import definitions
from rempart.sqltext.objects import Kind
from rempart.sqltext.statements import Statement

_NEXT_STEP = "Correct the body of the function; nothing was changed."


def check(connection: psycopg.Connection[Any], created: Sequence[Statement]) -> None:
    """Have Postgres check the bodies of the functions that statements created.

    Args:
        connection: A connection in a transaction, as the owner of the functions.
        created: Statements that have been run; those that create no function are passed over.

    Raises:
        OperationError: A body is wrong; names the file and the line.
    """
    places: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in created:
        for name in definitions(statement.node):
            if name.kind is Kind.FUNCTION:
                places[name.schema, name.name].append(statement)
    query = resources.files(__package__).joinpath("sql/checkable_functions.sql").read_bytes()
    wanted = {"schemas": [schema for schema, _ in places], "names": [name for _, name in places]}
    with connection.cursor(row_factory=dict_row) as cursor:
        functions = cursor.execute(query, wanted).fetchall()
    connection.execute("set local check_function_bodies = on")
    before = connection.execute("select pg_catalog.current_setting('search_path')").fetchone()
    assert before is not None
    for function in functions:
        # A validator that is called by hand does not apply the function's own settings, as creating it does.
        path = before[0] if function["search_path"] is None else function["search_path"]
        connection.execute("select pg_catalog.set_config('search_path', %s, true)", [path])
        try:
            connection.execute(_call(function), [function["id"]])
        except psycopg.Error as error:
            raise _wrong_body(error, function, places[function["schema"], function["name"]]) from error
    connection.execute("select pg_catalog.set_config('search_path', %s, true)", [before[0]])


def _call(function: dict[str, Any]) -> sql.Composed:
    validator = sql.Identifier(function["validator_schema"], function["validator"])
    return sql.SQL("select {}(%s::bigint::oid)").format(validator)


def _wrong_body(error: psycopg.Error, function: dict[str, Any], candidates: Sequence[Statement]) -> OperationError:
    body = function["body"]
    # Of functions with one name, the one that has this very body: its text is kept as it was written.
    statement = next((found for found in candidates if body in found.text), candidates[0])
    line = statement.line
    if body in statement.text:
        line += statement.text.count("\n", 0, statement.text.index(body))
        if error.diag.internal_query == body and error.diag.internal_position:
            line += body.count("\n", 0, int(error.diag.internal_position) - 1)
    return OperationError(
        f"{statement.path}:{line}: the body of function {function['schema']}.{function['name']} is wrong: "
        f"{error.diag.message_primary or error}",
        error.diag.message_hint or _NEXT_STEP,
    )
