"""Privileges given to a role that may get nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_forbidden
from rempart.lint.grants import OPENING, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class GrantToForbiddenRole(Rule):
    """Privileges given to a role that may get nothing."""

    name = "grant-to-forbidden-role"
    severity = Severity.ERROR
    what = "A GRANT gives a forbidden role (anon, or a role anon is a member of) a privilege."
    why = (
        "The anonymous key ships in the web page: what anon may do, anybody on the internet may do. Row security is a "
        "second line, not a reason to open the first."
    )
    bad = ("grant select on table public.depots to anon;",)
    good = ("grant select on table public.depots to authenticated;",)
    statements = (ast.GrantStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT."""
        change = change_of(statement.node, state)
        if not change.is_grant or change.word not in OPENING:
            return
        for name, node in change.grantees:
            if name != PUBLIC and is_forbidden(name, state, settings):
                message = f"{name} gets {change.words} on {change.subject}"
                yield Problem(message, statement.place_of(node), change.subject)
