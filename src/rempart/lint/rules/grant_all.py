"""All privileges given to an API role."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_forbidden, is_untrusted_role
from rempart.lint.grants import ALL, RELATIONS, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class GrantAll(Rule):
    """All privileges given to an API role."""

    name = "grant-all"
    severity = Severity.WARNING
    what = "A GRANT or a default privilege gives an API role ALL on tables, sequences or a schema."
    why = (
        "ALL on a table holds TRUNCATE, which no policy sees, REFERENCES and TRIGGER; ALL on a schema holds CREATE. "
        "It also grows with Postgres: 17 added MAINTAIN. Name what the application needs."
    )
    bad = ("grant all on table public.depots to authenticated;",)
    good = ("grant select, insert, update on table public.depots to authenticated;",)
    statements = (ast.GrantStmt, ast.AlterDefaultPrivilegesStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT, also of objects to come."""
        to_come = isinstance(statement.node, ast.AlterDefaultPrivilegesStmt)
        change = change_of(statement.node.action if to_come else statement.node, state)
        if not change.is_grant or change.word not in RELATIONS | {"schema"}:
            return
        if all(privilege.name != ALL or privilege.columns for privilege in change.privileges):
            return
        for name, node in change.grantees:
            # Forbidden roles have a rule of their own for objects to come.
            if is_untrusted_role(name, state, settings) and not (to_come and is_forbidden(name, state, settings)):
                subject = f"every {change.word} created from now on" if to_come else change.subject
                yield Problem(f"{name} gets all privileges on {subject}", statement.place_of(node), subject)
