"""A privilege that its holder may hand on."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.grants import change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class GrantOption(Rule):
    """A privilege that its holder may hand on."""

    name = "grant-option"
    severity = Severity.ERROR
    what = "A GRANT or a default privilege gives an API role a privilege WITH GRANT OPTION."
    why = (
        "The role may grant it to anon or to PUBLIC, in any function that runs as it, and no file of the project says "
        "so. A later REVOKE from the role then fails, or with CASCADE takes it from others too."
    )
    bad = ("grant select on table public.depots to authenticated with grant option;",)
    good = ("grant select on table public.depots to authenticated;",)
    statements = (ast.GrantStmt, ast.AlterDefaultPrivilegesStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT, also of objects to come."""
        to_come = isinstance(statement.node, ast.AlterDefaultPrivilegesStmt)
        node = statement.node.action if to_come else statement.node
        if not node.is_grant or not node.grant_option:
            return
        change = change_of(node, state)
        subject = f"every {change.word} created from now on" if to_come else change.subject
        for name, spec in change.grantees:
            if is_untrusted_role(name, state, settings):
                yield Problem(f"{name} may hand on {change.words} on {subject}", statement.place_of(spec), subject)
