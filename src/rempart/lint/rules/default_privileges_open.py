"""Objects to come opened to a forbidden role."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_forbidden
from rempart.lint.grants import change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class DefaultPrivilegesOpen(Rule):
    """Objects to come opened to a forbidden role."""

    name = "default-privileges-open"
    severity = Severity.ERROR
    what = "ALTER DEFAULT PRIVILEGES grants something to PUBLIC or to a forbidden role."
    why = (
        "Every table, view or function created from then on is open the moment it exists, and no statement that a "
        "reviewer reads says so."
    )
    bad = ("alter default privileges in schema public grant select on tables to anon;",)
    good = ("alter default privileges in schema public grant select on tables to service_role;",)
    statements = (ast.AlterDefaultPrivilegesStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge an ALTER DEFAULT PRIVILEGES."""
        change = change_of(statement.node.action, state)
        if not change.is_grant or change.word == "type":
            return
        for name, node in change.grantees:
            if is_forbidden(name, state, settings):
                message = f"{name} gets {change.words} on every {change.word} created from now on"
                yield Problem(message, statement.place_of(node), f"default privileges on {change.word}s")
