"""A policy that is away between two transactions."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class PolicyGap(Rule):
    """A policy that is away between two transactions."""

    name = "policy-gap"
    severity = Severity.ERROR
    what = "A policy is dropped in one transaction and created again in another."
    why = (
        "Between the two commits the table is without it: a restrictive policy is missing and rows are open, or a "
        "permissive one is missing and the application fails. Use ALTER POLICY, or do both in one transaction."
    )
    bad = (
        "begin; drop policy lecture on public.depots; commit;\n"
        "begin; create policy lecture on public.depots for select to authenticated using (id is not null); commit;",
    )
    good = ("alter policy lecture on public.depots using (nom is not null);",)
    statements = (ast.CreatePolicyStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a CREATE POLICY by what was dropped before."""
        node = statement.node
        table = state.resolve(node.table.schemaname, str(node.table.relname))
        transaction, place = state.dropped_policies.get((table, node.policy_name), (state.transaction, None))
        if place is not None and transaction != state.transaction:
            subject = f"policy {node.policy_name} on {shown(table)}"
            message = f"{subject} was dropped in an earlier transaction ({place.path}:{place.line})"
            yield Problem(message, statement.place, subject)
