"""A policy that does not say for whom it is."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.policies import PolicyRule, permits_nothing, problem
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, State
from rempart.report.finding import Severity


class PolicyWithoutTo(PolicyRule):
    """A policy that does not say for whom it is."""

    name = "policy-without-to"
    severity = Severity.ERROR
    what = "A permissive policy has no TO clause, and so is for all roles."
    why = (
        "Without TO a policy is TO public: it opens rows to the role of visitors that are not logged in as well. Its "
        "condition is all that stands between them and the table, and it is evaluated for requests it was never meant "
        "for."
    )
    bad = ("create policy depots_read on public.depots for select\n    using (gerant_id = (select auth.uid()));",)
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Find permissive policies without TO; a restrictive one, or one that permits nothing, may be for all."""
        if PUBLIC not in settings.forbidden_roles or policy.roles_written or not policy.permissive:
            return
        if not permits_nothing(policy, state, settings):
            yield problem(policy, "is for all roles: it has no TO clause", None, None)
