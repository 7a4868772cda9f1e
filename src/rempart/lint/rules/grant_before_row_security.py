"""A grant on a table whose row security is still off."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.grants import RELATIONS, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class GrantBeforeRowSecurity(Rule):
    """A grant on a table whose row security is still off."""

    name = "grant-before-row-security"
    severity = Severity.WARNING
    what = "An API role gets a privilege on a table of an exposed schema before its row security is enabled."
    why = (
        "From the grant until row security is enabled all rows are open. In one transaction nobody sees "
        "the gap, but run "
        "statement by statement, or stopped half-way, it is there. Enable row security first."
    )
    bad = (
        "create table public.notes (id int primary key);\n"
        "grant select on table public.notes to authenticated;\n"
        "alter table public.notes enable row level security;",
    )
    good = (
        "create table public.notes (id int primary key);\n"
        "alter table public.notes enable row level security;\n"
        "create policy notes_read on public.notes for select to authenticated using (id > 0);\n"
        "grant select on table public.notes to authenticated;",
    )
    statements = (ast.GrantStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT by the row security it meets."""
        change = change_of(statement.node, state)
        if not change.is_grant or change.word not in RELATIONS:
            return
        names = [name for name, _ in change.grantees if is_untrusted_role(name, state, settings)]
        for target in change.targets if names else ():
            table = state.relations.get(target.name)
            if table is None or not table.seen or table.kind != "table" or table.row_security:
                continue
            if table.name[0] in settings.exposed_schemas and not table.temporary:
                subject = shown(table.name)
                message = f"{', '.join(names)} gets {change.words} on {subject} before its row security is enabled"
                yield Problem(message, statement.place, subject)
