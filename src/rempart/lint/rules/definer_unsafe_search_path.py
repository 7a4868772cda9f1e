"""SECURITY DEFINER with a search_path that others can put something into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.apply.functions import key_of
from rempart.lint.grantees import is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Function, FunctionKey, State, Target, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.walk import nodes_of, relations_read

_TEMPORARY = "pg_temp"


class DefinerUnsafeSearchPath(Rule):
    """SECURITY DEFINER with a search_path that others can put something into."""

    name = "definer-unsafe-search-path"
    severity = Severity.ERROR
    what = "The search_path of a SECURITY DEFINER function lets its caller choose what a name means."
    why = (
        "A caller's temporary tables are searched first unless pg_temp is named last; an empty path is safe only when "
        'the body qualifies its tables. A schema that others may create in, or "$user", gives them the choice too.'
    )
    bad = (
        "create function app.total() returns bigint language sql security definer set search_path = public\n"
        "as 'select count(*) from depots';",
    )
    good = (
        "create function app.total() returns bigint language sql security definer set search_path = ''\n"
        "as 'select count(*) from public.depots';",
        "create function app.total() returns bigint language sql security definer set search_path = app, pg_temp\n"
        "as 'select count(*) from depots';",
    )
    statements = (ast.CreateFunctionStmt,)

    def __init__(self) -> None:
        self._created: dict[FunctionKey, Statement] = {}

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note the statement: its body shows which tables it names without their schema."""
        self._created[key_of(statement.node, state)] = statement
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the functions there are at the end."""
        for key, function in state.functions.items():
            if not function.seen or not function.definer or function.search_path is None or function.body is None:
                continue
            reason = _reason(function, self._created.get(key), state, settings)
            if reason:
                name = shown(function.name)
                yield Problem(f"SECURITY DEFINER {function.kind} {name}: {reason}", function.place, name)


def _reason(function: Function, created: Statement | None, state: State, settings: Settings) -> str:
    """What is wrong with its search path; empty for nothing."""
    path = [schema for schema in function.search_path or () if schema]
    if not path:
        named = ", ".join(dict.fromkeys(_unqualified_tables(created) if created is not None else ()))
        return f"its search_path is empty and its body names {named} without a schema" if named else ""
    shown_path = ", ".join(path)
    if path[-1] != _TEMPORARY:
        return f"its search_path ({shown_path}) does not end in pg_temp"
    for schema in path[:-1]:
        if schema in ("$user", _TEMPORARY):
            return f'its search_path ({shown_path}) holds "{schema}", which belongs to the caller'
        held = state.grants.get(Target("schema", ("", schema)), {})
        creators = [name for name in held if "create" in held[name] and is_untrusted_role(name, state, settings)]
        if creators:
            return f"its search_path ({shown_path}) holds {schema}, in which {', '.join(creators)} may create"
    return ""


def _unqualified_tables(statement: Statement) -> list[str]:
    """Tables that a body names without a schema, those it creates itself left out."""
    if statement.node.sql_body is not None:
        return []  # names of a SQL-standard body are bound when it is created
    body = statement.body
    if body is None:
        return []
    own: set[str] = set()
    named: list[str] = []
    for inner in body.statements:
        own.update(_created(inner.node))
        named.extend(str(found.relname) for found in relations_read(inner.node) if not found.schemaname)
    return [name for name in named if name not in own]


def _created(node: Any) -> Iterator[str]:
    for made in nodes_of(node, ast.CreateStmt, ast.IntoClause):
        relation = made.relation if isinstance(made, ast.CreateStmt) else made.rel
        if relation is not None and relation.relpersistence == "t":
            yield str(relation.relname)
