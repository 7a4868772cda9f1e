"""Rows in a table whose row security is still off."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Origin, Statement
from rempart.report.finding import Severity


class DataBeforeRowSecurity(Rule):
    """Rows in a table whose row security is still off."""

    name = "data-before-row-security"
    severity = Severity.WARNING
    what = "Rows are put into a new table of an exposed schema before its row security is enabled."
    why = (
        "Where the platform's defaults grant new tables to the API roles, the rows are readable by anybody until row "
        "security is enabled, and stay so if the script stops in between."
    )
    bad = (
        "create table public.notes (id int primary key);\n"
        "insert into public.notes values (1);\n"
        "alter table public.notes enable row level security;",
    )
    good = (
        "create table public.notes (id int primary key);\n"
        "alter table public.notes enable row level security;\n"
        "create policy notes_read on public.notes for select to authenticated using (id > 0);\n"
        "insert into public.notes values (1);",
    )
    statements = (ast.InsertStmt, ast.CopyStmt, ast.MergeStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge an INSERT by the row security it meets."""
        node = statement.node
        if statement.origin is Origin.FUNCTION:
            return
        if node.relation is None or (isinstance(node, ast.CopyStmt) and not node.is_from):
            return
        table = state.relations.get(state.resolve(node.relation.schemaname, str(node.relation.relname)))
        if table is None or not table.seen or table.kind != "table" or table.temporary or table.row_security:
            return
        if table.name[0] in settings.exposed_schemas:
            subject = shown(table.name)
            message = f"rows are put into {subject} before its row security is enabled"
            yield Problem(message, statement.place_of(node.relation), subject)
