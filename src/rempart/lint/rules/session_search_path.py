"""A search path that sessions are given from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.apply.session import path_set_for_others
from rempart.lint.grantees import is_api_role, is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, Target
from rempart.lint.statement import Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place
from rempart.sqltext.walk import relations_read

_SETS = (ast.AlterRoleSetStmt, ast.AlterDatabaseSetStmt)


class SessionSearchPath(Rule):
    """A search path that sessions are given from outside."""

    name = "session-search-path"
    severity = Severity.ERROR
    what = (
        "ALTER ROLE or ALTER DATABASE sets a search_path that holds a schema in which API roles may create, or one "
        "that changes what the unqualified names of a later file or revision mean."
    )
    why = (
        "Every session begins with it, and no statement there says so. Who may create in a schema of the path can put "
        "a table or function before the one that is meant. And a script that names its tables without a schema changes "
        "other tables than it did when it was reviewed: here too, so that nothing can be told of it. Qualify names."
    )
    bad = (
        "grant create on schema scratch to authenticated;\nalter role authenticator set search_path = scratch, public;",
        "-- upgrade 0001\nalter database postgres set search_path = prive;\n-- upgrade 0002\n"
        "create table notes (id int);",
    )
    good = (
        "alter database postgres set search_path = public, extensions;",
        "-- upgrade 0001\nalter database postgres set search_path = prive;\n-- upgrade 0002\n"
        "create table prive.notes (id int);",
    )
    statements = (
        *_SETS,
        ast.AlterPolicyStmt,
        ast.AlterTableStmt,
        ast.CreateFunctionStmt,
        ast.CreatePolicyStmt,
        ast.CreateStmt,
        ast.CreateTableAsStmt,
        ast.CreateTrigStmt,
        ast.GrantStmt,
        ast.InsertStmt,
        ast.ViewStmt,
    )

    def __init__(self) -> None:
        self._paths: list[tuple[str, tuple[str, ...], Place]] = []
        self._told: set[str] = set()

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note a path; in a session that may begin with another one, judge the first name without a schema."""
        node = statement.node
        if isinstance(node, _SETS):
            who = _whose(node, state)
            if who == "all roles" or who == settings.gateway_role or is_untrusted_role(who, state, settings):
                self._paths.append((who, path_set_for_others(node, state) or (), statement.place))
            return
        if not state.path_in_doubt or statement.unit in self._told or statement.origin is Origin.FUNCTION:
            return
        altered = [
            place
            for role, place in state.path_in_doubt.items()
            if not role or not (role == settings.gateway_role or is_api_role(role, state, settings))
        ]
        name = _unqualified(node)
        if altered and name is not None:
            self._told.add(statement.unit)
            where = f"{altered[0].path}:{altered[0].line}"
            what = f"{name} stands without a schema, and {where} changed the search_path that sessions begin with"
            yield Problem(what, statement.place, name)

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the paths by who may create in their schemas."""
        for who, path, place in self._paths:
            for schema in path:
                held = state.grants.get(Target("schema", ("", schema)), {})
                creators = {name for name in held if "create" in held[name]} | {state.schema_owners.get(schema, "")}
                clients = sorted(name for name in creators if name and is_untrusted_role(name, state, settings))
                if clients:
                    what = (
                        f"sessions of {who} look names up in schema {schema}, in which {', '.join(clients)} may create"
                    )
                    yield Problem(what, place, schema)


def _whose(node: Any, state: State) -> str:
    if isinstance(node, ast.AlterDatabaseSetStmt) or node.role is None:
        return "all roles"
    return names.role(node.role, state)


def _unqualified(node: Any) -> str | None:
    """The first name in a statement that the search path decides about."""
    if isinstance(node, ast.CreateFunctionStmt):
        schema, name = names.split(node.funcname)
        return None if schema else name
    for reference in relations_read(node):
        if not reference.schemaname and reference.relpersistence != "t":
            return str(reference.relname)
    return None
