"""Several permissive policies for the same role and command."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.policies import COMMANDS, commands, permits_nothing, policies, subjects, words_for
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, State, shown
from rempart.report.finding import Severity


class MultiplePermissivePolicies(Rule):
    """Several permissive policies for the same role and command."""

    name = "multiple-permissive-policies"
    severity = Severity.WARNING
    what = (
        "A table has more than one permissive policy for the same role and command; a policy FOR ALL counts for each."
    )
    why = (
        "Permissive policies add up: a row is let through when any of them does, so the access of a role is in no "
        "single place, and each of them is evaluated for every row. Write one condition with OR, or make the "
        "narrowing one restrictive."
    )
    bad = (
        "create policy own on public.notes for select to authenticated using (author_id = (select auth.uid()));\n"
        "create policy team on public.notes for all to authenticated using (team_id = (select app.team_id()));",
    )
    good = (
        "create policy read on public.notes for select to authenticated\n"
        "    using (author_id = (select auth.uid()) or team_id = (select app.team_id()));\n"
        "create policy write on public.notes for insert to authenticated with check (author_id = (select auth.uid()));",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the policies there are at the end, table by table."""
        for table, its_policies in policies(state):
            counted = [
                policy
                for policy in its_policies
                if policy.permissive and policy.seen and not permits_nothing(policy, state, settings)
            ]
            for together, cases in _groups(counted, state, settings).items():
                roles = words_for(sorted({role for role, _ in cases}))
                for_commands = ", ".join(command for command in COMMANDS if any(one == command for _, one in cases))
                names = ", ".join(counted[index].name for index in together)
                what = (
                    f"table {shown(table.name)} has {len(together)} permissive policies for {for_commands} to {roles}: "
                )
                yield Problem(what + names, counted[together[-1]].place, shown(table.name))


def _groups(counted: list[Policy], state: State, settings: Settings) -> dict[tuple[int, ...], list[tuple[str, str]]]:
    """Sets of two policies and more, by index, with the roles and commands they are together in force for."""
    named: dict[str, set[int]] = {}
    for index, policy in enumerate(counted):
        for role in policy.roles:
            named.setdefault(role, set()).add(index)
    groups: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for role in sorted({role for policy in counted for role in subjects(policy, settings)}):
        mine = {PUBLIC} if role == PUBLIC else {PUBLIC, *state.reachable_roles(role)}
        in_force = sorted(index for one in mine & named.keys() for index in named[one])
        for command in COMMANDS:
            together = tuple(index for index in dict.fromkeys(in_force) if command in commands(counted[index]))
            if len(together) > 1:
                groups.setdefault(together, []).append((role, command))
    return groups
