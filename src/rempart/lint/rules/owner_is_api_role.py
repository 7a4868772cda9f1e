"""An object owned by an API role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.grantees import is_api_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place

_CREATES = (ast.CreateStmt, ast.CreateTableAsStmt, ast.CreateFunctionStmt, ast.ViewStmt)
"""Statements whose object belongs to the role in force."""


class OwnerIsApiRole(Rule):
    """An object owned by an API role."""

    name = "owner-is-api-role"
    severity = Severity.ERROR
    what = "An object is given to an API role as its owner, or created after SET ROLE to one."
    why = (
        "Row security does not apply to a table's owner, and an owner may drop policies, grant anything and change the "
        "object. Sessions of requests own nothing."
    )
    bad = ("alter table public.depots owner to authenticated;",)
    good = ("alter table public.depots owner to depot_owner;",)
    statements = (
        ast.AlterOwnerStmt,
        ast.AlterTableStmt,
        ast.CreateSchemaStmt,
        ast.ReassignOwnedStmt,
        *_CREATES,
    )

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a change of owner."""
        node = statement.node
        if isinstance(node, _CREATES):
            if not _is_temporary(node) and statement.origin is not Origin.FUNCTION:
                yield from _judge(state.current_role, node, statement.place, state, settings)
            return
        specs = []
        if isinstance(node, ast.AlterTableStmt):
            specs = [command.newowner for command in node.cmds or () if command.newowner]
        elif isinstance(node, ast.CreateSchemaStmt):
            specs = [node.authrole] if node.authrole else []
        elif isinstance(node, ast.ReassignOwnedStmt):
            specs = [node.newrole]
        elif node.newowner:
            specs = [node.newowner]
        for spec in specs:
            yield from _judge(names.role(spec, state), node, statement.place_of(spec), state, settings)


def _judge(name: str, node: Any, place: Place, state: State, settings: Settings) -> Iterator[Problem]:
    if name == settings.gateway_role or (name and is_api_role(name, state, settings)):
        yield Problem(f"API role {name} becomes an owner: {_subject(node)}", place, name)


def _is_temporary(node: Any) -> bool:
    kind = type(node)
    if kind is ast.CreateFunctionStmt:
        return False
    created = node.into.rel if kind is ast.CreateTableAsStmt else node.view if kind is ast.ViewStmt else node.relation
    return bool(created.relpersistence == "t")


def _subject(node: object) -> str:
    if isinstance(node, ast.AlterTableStmt) and node.relation is not None:
        return ".".join(part for part in (node.relation.schemaname, node.relation.relname) if part)
    if isinstance(node, ast.CreateSchemaStmt):
        return f"schema {node.schemaname}"
    return "of what it creates" if isinstance(node, _CREATES) else "of all it is given here"
