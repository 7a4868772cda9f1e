"""A condition that is true for a session without a user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rempart.lint.conditions import always_true, calls, judge_for
from rempart.lint.policies import PolicyRule, clauses, problem, subjects
from rempart.lint.rule import Problem
from rempart.lint.sessions import nobody
from rempart.lint.settings import Settings
from rempart.lint.state import Policy, State
from rempart.report.finding import Severity
from rempart.sqltext.expressions import disjuncts
from rempart.sqltext.walk import called


class InvertedNullLogic(PolicyRule):
    """A condition that is true for a session without a user."""

    name = "inverted-null-logic"
    severity = Severity.ERROR
    what = "The condition of a policy is true for every row when the session function in it gives NULL."
    why = (
        "`auth.uid() is null or …` reads like a guard and is an open door: a request without a token, or with one "
        "that lacks the claim, gets every row. The same holds for `coalesce(owner = auth.uid(), true)`, `(…) is not "
        "false` and for settings that were never set."
    )
    bad = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using ((select auth.uid()) is null or gerant_id = (select auth.uid()));",
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (coalesce(gerant_id = (select auth.uid()), true));",
    )
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using ((select auth.uid()) is not null and gerant_id = (select auth.uid()));",
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id is null or gerant_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the conditions of permissive policies."""
        if not policy.permissive or not subjects(policy, settings):
            return
        for keyword, node, source in clauses(policy):
            asked = {called(call) for call in calls(node, state)}
            if not asked or always_true(node, policy.table, state, settings):
                continue
            for empty in (False, True) if "current_setting" in asked else (False,):
                found = _true_for_nobody(node, policy, state, settings, empty)
                if found is not None:
                    given = "an empty text" if empty else "NULL"
                    what = f"has a {keyword} that is true for every row when its session function gives {given}"
                    yield problem(policy, what, source, found)
                    break


def _true_for_nobody(node: Any, policy: Policy, state: State, settings: Settings, empty: bool) -> Any:
    """The part of a condition that is true for a session without a user, or None."""
    judge = judge_for(policy.table, state, assume=nobody(state, settings, empty))
    if not judge.always_true(node):
        return None
    return next((part for part in disjuncts(node) if judge.always_true(part)), node)
