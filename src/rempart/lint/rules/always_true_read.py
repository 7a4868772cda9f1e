"""A policy that lets its roles read every row."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.conditions import always_true
from rempart.lint.policies import PolicyRule, clients, has_floor, problem, words_for
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import Policy, State
from rempart.report.finding import Severity


class AlwaysTrueRead(PolicyRule):
    """A policy that lets its roles read every row."""

    name = "always-true-read"
    severity = Severity.WARNING
    what = "The condition of a SELECT policy is true for every row, however it is written."
    why = (
        "Such a policy is row security in name only: whoever may read the table reads all of it, and any policy "
        "written beside it later changes nothing, because permissive policies add up. Reference data that everybody "
        "may read is the one good use; say so in a suppression."
    )
    bad = (
        "create policy depots_read on public.depots for select to authenticated using (true);",
        "create policy depots_read on public.depots for select to authenticated using (nom = nom or nom is null);",
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()) or not false);",
    )
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge USING of SELECT policies for clients, unless a restrictive policy beside them narrows it."""
        if policy.command != "select" or not policy.permissive:
            return
        roles = clients(policy, state, settings)
        if not roles or not always_true(policy.using, policy.table, state, settings):
            return
        if not has_floor(policy, roles, ("select",), state, settings):
            what = f"lets {words_for(roles)} read every row: its condition is always true"
            yield problem(policy, what, policy.using_from, policy.using)
