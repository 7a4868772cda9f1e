"""A function of the session that is evaluated for every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.conditions import nodes_in, placed_in
from rempart.lint.policies import PolicyRule, clauses, problem
from rempart.lint.rule import Problem
from rempart.lint.sessions import session_function
from rempart.lint.settings import Settings
from rempart.lint.state import Policy, State
from rempart.report.finding import Severity
from rempart.sqltext.scopes import correlated
from rempart.sqltext.walk import nodes_of


class SessionFunctionPerRow(PolicyRule):
    """A function of the session that is evaluated for every row."""

    name = "session-function-per-row"
    severity = Severity.WARNING
    what = "A policy calls a function whose answer is the same for all rows, without `(select …)` around the call."
    why = (
        "Postgres evaluates it again for each row it looks at; in a sub-select without columns of the row it is "
        "evaluated once a statement. On a table of a million rows that was 32 seconds against 0.04. A function that "
        "is given a column of the row cannot be wrapped."
    )
    bad = (
        "create policy depots_read on public.depots for select to authenticated\n    using (gerant_id = auth.uid());",
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (app.user_role() = 'admin');",
    )
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
        "create policy depots_read on public.depots for select to authenticated\n    using (app.may_see_depot(id));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge both conditions of a policy; those of roles that row security does not apply to do not matter."""
        if policy.roles and settings.trusted_roles.issuperset(policy.roles):
            return
        for _, node, source in clauses(policy):
            found = set()
            for name, call in _per_row(node, policy, state, settings):
                if name not in found:
                    found.add(name)
                    what = f"calls {name}() for every row: it is not in a sub-select of its own"
                    yield problem(policy, what, source, call)


def _per_row(node: Any, policy: Policy, state: State, settings: Settings) -> Iterator[tuple[str, Any]]:
    """Calls that are the same for all rows and evaluated for each, the outermost ones."""
    calls = (call for call in nodes_in(node, state) if isinstance(call, ast.FuncCall))
    if all(session_function(call, state, settings) is None for call in calls):
        return
    everything = placed_in(node, policy.table, state)
    per_row = correlated(everything)
    inside: set[int] = set()
    for here in everything:
        if not isinstance(here.node, ast.FuncCall) or id(here.node) in inside:
            continue
        name = session_function(here.node, state, settings)
        if name is not None and all(id(sublink) in per_row for sublink in here.sublinks):
            inside.update(id(call) for call in nodes_of(here.node.args, ast.FuncCall))
            yield name, here.node
