"""Privileges given to PUBLIC."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grants import OPENING, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class GrantToPublic(Rule):
    """Privileges given to PUBLIC."""

    name = "grant-to-public"
    severity = Severity.ERROR
    what = "A GRANT gives PUBLIC a privilege on a table, column, sequence, function or schema."
    why = (
        "PUBLIC is every role there is and every role to come, the anonymous role of the gateway included. "
        "Name the roles that need the privilege."
    )
    bad = ("grant select on table public.depots to public;",)
    good = ("grant select on table public.depots to authenticated;",)
    statements = (ast.GrantStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT."""
        change = change_of(statement.node, state)
        if not change.is_grant or change.word not in OPENING or PUBLIC not in settings.forbidden_roles:
            return
        for name, node in change.grantees:
            if name == PUBLIC:
                message = f"PUBLIC gets {change.words} on {change.subject}"
                yield Problem(message, statement.place_of(node), change.subject)
