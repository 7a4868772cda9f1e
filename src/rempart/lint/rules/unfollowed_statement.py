"""Statements whose effect on access the linter does not follow."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.walk import nodes_of


class UnfollowedStatement(Rule):
    """A statement that may change who has access in a way that is not seen here."""

    name = "unfollowed-statement"
    severity = Severity.WARNING
    what = (
        "The statement may change tables, policies or privileges in a way that is not followed: IMPORT FOREIGN SCHEMA, "
        "a call of a function that runs such statements, a DO block in another language than PL/pgSQL."
    )
    why = (
        "The rules judge the state that the statements lead to. What such a statement does is missing from that state, "
        "so silence about it means nothing. Write what it does as statements, or look at it yourself and say so in a "
        "suppression."
    )
    bad = (
        "create procedure app.reset() language plpgsql set search_path = '' as $$\n"
        "begin\n    alter table app.depots disable row level security;\nend $$;\ncall app.reset();",
        "import foreign schema remote from server other into app;",
        "do language plpython3u $$ plpy.execute('select 1') $$;",
    )
    good = (
        "create procedure app.clean() language plpgsql set search_path = '' as $$\n"
        "begin\n    delete from app.drafts where id is not null;\nend $$;\ncall app.clean();",
    )
    statements = (ast.ImportForeignSchemaStmt, ast.SelectStmt, ast.CallStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement by what the functions it calls are known to do."""
        if statement.origin is Origin.FUNCTION:
            return
        node = statement.node
        if isinstance(node, ast.ImportForeignSchemaStmt):
            message = f"IMPORT FOREIGN SCHEMA creates tables in {node.local_schema} that are not known here"
            yield Problem(message, statement.place, f"schema {node.local_schema}")
            return
        if not any(function.changes_structure for function in state.functions.values()):
            return
        for call in nodes_of(node, ast.FuncCall):
            name = names.function(call.funcname, state)
            if any(function.changes_structure for function in state.functions_named(name)):
                message = f"{shown(name)} changes tables, policies or privileges when called; that is not followed"
                yield Problem(message, statement.place_of(call), shown(name))
