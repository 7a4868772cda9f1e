"""A policy for a role that may get nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.grantees import is_forbidden
from rempart.lint.policies import PolicyRule, permits_nothing, problem
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, State
from rempart.report.finding import Severity


class PolicyToForbiddenRole(PolicyRule):
    """A policy for a role that may get nothing."""

    name = "policy-to-forbidden-role"
    severity = Severity.ERROR
    what = (
        "A permissive policy is for a forbidden role, such as anon, or for a role that a forbidden role is a member of."
    )
    why = (
        "The key of the anonymous role ships in every web page: what it may do, the whole world may do, without an "
        "account and without a trace of who it was."
    )
    bad = (
        "create policy depots_read on public.depots for select to anon, authenticated\n    using (ouvert_au_public);",
        "grant visiteurs to anon;\n"
        "create policy depots_read on public.depots for select to visiteurs using (ouvert_au_public);",
    )
    good = ("create policy depots_read on public.depots for select to authenticated\n    using (ouvert_au_public);",)

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Find forbidden roles in the TO clause of a permissive policy that permits something."""
        if not policy.permissive or policy.roles_from is None or permits_nothing(policy, state, settings):
            return
        for role, spec in zip(policy.roles, policy.roles_from.node.roles or (), strict=False):
            if role != PUBLIC and is_forbidden(role, state, settings):
                direct = role in settings.forbidden_roles
                reason = "" if direct else ", which a forbidden role is a member of"
                yield problem(policy, f"is for role {role}{reason}", policy.roles_from, spec)
