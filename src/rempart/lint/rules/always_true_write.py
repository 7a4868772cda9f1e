"""A policy that lets its roles write every row."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.conditions import always_true, any_user
from rempart.lint.policies import PolicyRule, clients, has_floor, problem, words_for
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, State
from rempart.report.finding import Severity

_WORDS = {"update": "change every row", "delete": "delete every row", "all": "read and write every row"}


class AlwaysTrueWrite(PolicyRule):
    """A policy that lets its roles write every row."""

    name = "always-true-write"
    severity = Severity.ERROR
    what = (
        "The condition of an INSERT, UPDATE, DELETE or ALL policy is true for every row, however it is written, or for "
        "every row and every user that is logged in."
    )
    why = (
        "Whoever holds the privilege changes, deletes or forges any row of the table. The condition may be plain "
        "`true`, or one that only looks like a condition: `1 = 1`, `x = x or x is null`, `coalesce(true, …)`, `exists "
        "(select 1)`."
    )
    bad = (
        "create policy depots_all on public.depots for all to authenticated using (true);",
        "create policy depots_insert on public.depots for insert to authenticated with check (1 = 1);",
        "create policy depots_delete on public.depots for delete to authenticated using (exists (select 1));",
        "create policy depots_update on public.depots for update to authenticated\n"
        "    using ((select auth.uid()) is not null);",
    )
    good = (
        "create policy depots_insert on public.depots for insert to authenticated\n"
        "    with check (gerant_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge USING of policies that change rows, and WITH CHECK of INSERT policies, for clients."""
        if policy.command == "select" or not policy.permissive:
            return
        roles = clients(policy, state, settings)
        if not roles:
            return
        if policy.command == "insert":
            node, source, what = policy.check, policy.check_from, "insert any row"
        else:
            node, source, what = policy.using, policy.using_from, _WORDS[policy.command]
        if policy.command == "all" and policy.using is None:
            node, source, what = policy.check, policy.check_from, "insert any row"
        written = (policy.command,) if policy.command != "all" else ("insert", "update", "delete")
        table = policy.table
        if always_true(node, table, state, settings):
            who, why = words_for(roles), "its condition is always true"
        elif not settings.forbidden_roles.issuperset({*roles} - {PUBLIC}) or PUBLIC in roles:
            if not any_user(node, table, state, settings):
                return
            who, why = "every user", "its condition only asks whether somebody is logged in"
        else:
            return
        if not has_floor(policy, roles, written, state, settings):
            yield problem(policy, f"lets {who} {what}: {why}", source, node)
