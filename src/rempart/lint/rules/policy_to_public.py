"""A policy for all roles."""

from __future__ import annotations

from collections.abc import Iterator

from pglast.enums import RoleSpecType

from rempart.lint.policies import PolicyRule, permits_nothing, problem
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, State
from rempart.report.finding import Severity


class PolicyToPublic(PolicyRule):
    """A policy for all roles."""

    name = "policy-to-public"
    severity = Severity.ERROR
    what = "A permissive policy is TO public."
    why = (
        "PUBLIC is every role there is: visitors that are not logged in, and every role that will ever be created. "
        "Permissive policies add up, so no other policy on the table takes back what this one gives."
    )
    bad = (
        "create policy depots_read on public.depots for select to public\n    using (gerant_id = (select auth.uid()));",
    )
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Find permissive policies that name PUBLIC; a restrictive one, or one that permits nothing, may."""
        if PUBLIC not in settings.forbidden_roles or not policy.roles_written or not policy.permissive:
            return
        if PUBLIC in policy.roles and not permits_nothing(policy, state, settings):
            written = policy.roles_from.node.roles if policy.roles_from is not None else ()
            spec = next((one for one in written or () if one.roletype == RoleSpecType.ROLESPEC_PUBLIC), None)
            yield problem(policy, "is TO public: all roles", policy.roles_from, spec)
