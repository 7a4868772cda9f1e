"""A wide permissive policy that voids a narrower one beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rempart.lint.conditions import always_true, any_user, never_true, of_final
from rempart.lint.policies import PolicyRule, applies_to, clauses, commands, has_floor, problem, subjects
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Name, Policy, Relation, State
from rempart.report.finding import Severity
from rempart.sqltext.expressions import conjuncts, key, reads_columns


class PermissiveUnion(PolicyRule):
    """A wide permissive policy that voids a narrower one beside it."""

    name = "permissive-union"
    severity = Severity.ERROR
    what = (
        "A permissive policy lets through all that a narrower one beside it, for the same role and command, would "
        "keep out."
    )
    why = (
        "Permissive policies are joined by OR: one forgotten `using (true)` voids the scoping of every other policy "
        "on the table, which goes on looking as if it protected it. Drop the wide policy, or make the narrow one "
        "restrictive."
    )
    bad = (
        "create policy scoped on public.stocks for select to authenticated\n"
        "    using (depot_id = (select app.user_depot_id()));\n"
        "create policy debug on public.stocks for select to authenticated using (true);",
    )
    good = (
        "create policy wide on public.stocks for select to authenticated using (true);\n"
        "create policy scoped on public.stocks as restrictive for select to authenticated\n"
        "    using (depot_id = (select app.user_depot_id()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a permissive policy by those beside it."""
        table = state.relations.get(policy.table)
        if table is None or not policy.permissive or not policy.seen:
            return
        every = table.policies.values()
        written = of_final(
            "commands", table, None, state, lambda: Counter(one.command for one in every if one.permissive)
        )
        if written.total() < 2 or (policy.command != "all" and written[policy.command] < 2):
            return
        roles = subjects(policy, settings)
        if not roles or has_floor(policy, roles, commands(policy), state, settings):
            return
        voided = [
            other.name
            for other in _beside(policy, table, state, settings)
            if other is not policy
            and other.permissive
            and other.seen
            and set(commands(other)) <= set(commands(policy))
            and _covers(policy, other, state, settings)
            and all(_voids(policy, other, command, state, settings) for command in commands(other))
        ]
        if voided:
            what = f"is wider than {', '.join(voided)} beside it, and so voids what that keeps out"
            yield problem(policy, what, policy.using_from, policy.using)


def _commands_of(table: Relation) -> Counter[str]:
    """How many permissive policies a table has for each command."""
    return Counter(policy.command for policy in table.policies.values() if policy.permissive)


def _covers(wide: Policy, narrow: Policy, state: State, settings: Settings) -> bool:
    """Whether the wide policy is in force for every role of the narrow one."""
    roles = subjects(narrow, settings)
    return bool(roles) and all(
        PUBLIC in wide.roles or (role != PUBLIC and applies_to(wide, role, state)) for role in roles
    )


def _condition(policy: Policy, command: str) -> Any:
    return policy.check if command == "insert" and policy.check is not None else policy.using


def _beside(wide: Policy, table: Relation, state: State, settings: Settings) -> Iterable[Policy]:
    """The policies of a table that a wide one could void: all of them, or those that have its rarest condition."""
    conditions = [node for node in (wide.using, wide.check) if node is not None]
    if any(
        any_user(node, wide.table, state, settings) or always_true(node, wide.table, state, settings)
        for node in conditions
    ):
        return table.policies.values()
    by_part = of_final("by part", table, None, state, lambda: _by_part(table, state))
    found: dict[str, Policy] = {}
    for node in conditions:
        found |= by_part[min(_parts(node, wide.table, state), key=lambda part: len(by_part[part]))]
    return found.values()


def _by_part(table: Relation, state: State) -> dict[Any, dict[str, Policy]]:
    """The policies of a table, by each of the conditions that AND joins in them."""
    found: dict[Any, dict[str, Policy]] = {}
    for policy in table.policies.values():
        for _, node, _ in clauses(policy):
            for part in _parts(node, policy.table, state):
                found.setdefault(part, {})[policy.name] = policy
    return found


def _parts(node: Any, table: Name, state: State) -> frozenset[Any]:
    """The conditions that AND joins in a condition, as what they say."""
    own = frozenset({table[1]})
    return of_final("parts", node, table, state, lambda: frozenset(key(part, own) for part in conjuncts(node)))


def _voids(wide: Policy, narrow: Policy, command: str, state: State, settings: Settings) -> bool:
    a, b, table = _condition(wide, command), _condition(narrow, command), wide.table
    if a is None or b is None or never_true(b, table, state, settings) or always_true(b, table, state, settings):
        return False
    if always_true(a, table, state, settings):
        return True
    if any_user(a, table, state, settings):
        return reads_columns(b) and not any_user(b, table, state, settings)
    return _parts(a, table, state) < _parts(b, table, state)
