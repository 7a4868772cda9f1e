"""What rules about policies share: when a policy is judged, for whom it is, and what its conditions come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.apply.policies import policy_of
from rempart.lint.conditions import always_true, never_true, of_final, will_not_change
from rempart.lint.grantees import is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Policy, Relation, State, shown
from rempart.lint.statement import Direction, Origin, Statement
from rempart.sqltext.positioned import Place
from rempart.sqltext.walk import nodes

READS = frozenset({"select", "all"})
CHANGES = frozenset({"update", "delete", "all"})
"""Commands whose USING decides which rows they change."""
WRITES = frozenset({"insert", "update", "all"})
"""Commands whose WITH CHECK decides which rows they leave."""
_CONDITION = re.compile(
    r"""
      "(?:[^"]|"")*" | '(?:[^']|'')*' | --[^\n]* | /\*.*?\*/
    | (?P<keyword> \b using | \b with \s+ check ) \s* \( \s*
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""The beginning of a condition, or a text in which it must not be looked for."""
COMMANDS = ("select", "insert", "update", "delete")


class PolicyRule(Rule):
    """A rule about one policy. It judges the policies there are at the end.

    A policy that a later file or revision drops or corrects is not found any more. What never reaches a final state is
    judged at once: the policies of a downgrade and of a function's body, and one that is created a second time.
    """

    statements = (ast.CreatePolicyStmt, ast.AlterPolicyStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a policy that the statement replaces without dropping it, and one that only a function creates."""
        if isinstance(statement.node, ast.CreatePolicyStmt):
            if statement.origin is Origin.FUNCTION:
                yield from self._judged(written(statement, state), state, settings)
                return
            known = _known(statement, state)
            if known is not None and not statement.conditional:
                yield from self._judged(known, state, settings)

    def after(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a policy of a downgrade."""
        if statement.direction is Direction.DOWNGRADE and statement.origin is not Origin.FUNCTION:
            known = _known(statement, state)
            if known is not None:
                yield from self._judged(known, state, settings)

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge every policy there is."""
        will_not_change(state)
        for relation in state.relations.values():
            for policy in relation.policies.values():
                yield from self._judged(policy, state, settings)

    def _judged(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        try:
            yield from self.judge(policy, state, settings)
        except RecursionError:
            yield problem(policy, "has a condition that is nested too deeply to be judged", None, None)

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge one policy.

        Args:
            policy: The policy.
            state: The state it stands in.
            settings: Settings of the rules.
        """
        yield from ()


def _known(statement: Statement, state: State) -> Policy | None:
    node = statement.node
    table = state.relations.get(state.resolve(node.table.schemaname, str(node.table.relname)))
    return table.policies.get(str(node.policy_name)) if table is not None else None


def written(statement: Statement, state: State) -> Policy:
    """The policy a CREATE POLICY describes.

    Args:
        statement: The statement.
        state: Resolves the table's name.
    """
    return policy_of(statement.node, statement, state)


def policies(state: State) -> Iterator[tuple[Relation, list[Policy]]]:
    """The tables that have policies, with them in the order of their creation.

    Args:
        state: What is known.
    """
    for relation in state.relations.values():
        if relation.policies:
            yield relation, list(relation.policies.values())


def subject(policy: Policy) -> str:
    """The policy, for a message: `policy depots_read on public.depots`.

    Args:
        policy: The policy.
    """
    name = policy.name if policy.name.isidentifier() and policy.name == policy.name.lower() else f'"{policy.name}"'
    return f"policy {name} on {shown(policy.table)}"


def place_in(source: Statement | None, node: Any, policy: Policy) -> Place:
    """Where a node of a policy begins.

    Args:
        source: The statement it was written in.
        node: A node of it; None for the policy as a whole.
        policy: The policy, for its own place where nothing better is known.
    """
    if source is None or node is None:
        return policy.place
    at = _condition_start(source, node)
    if at is None:
        at = min((one.location for one in nodes(node) if getattr(one, "location", None) is not None), default=None)
    return policy.place if at is None or at < 0 else source.text.place(at)


def _condition_start(source: Statement, node: Any) -> int | None:
    """Index of the first character of a whole condition. The parser does not keep the places of constants."""
    for keyword, condition in (("using", source.node.qual), ("with", source.node.with_check)):
        if node is condition:
            for found in _CONDITION.finditer(source.text.text, source.start, source.end):
                if (found["keyword"] or "").lower().startswith(keyword):
                    return found.end()
    return None


def clauses(policy: Policy) -> Iterator[tuple[str, Any, Statement | None]]:
    """The conditions a policy has: their keyword, their tree, and the statement they were written in.

    Args:
        policy: The policy.
    """
    if policy.using is not None:
        yield "USING", policy.using, policy.using_from
    if policy.check is not None:
        yield "WITH CHECK", policy.check, policy.check_from


def problem(policy: Policy, message: str, source: Statement | None, node: Any) -> Problem:
    """A problem with a policy.

    Args:
        policy: The policy.
        message: What is wrong with it; the policy's name is put before it.
        source: The statement the node stands in.
        node: Where.
    """
    return Problem(f"{subject(policy)} {message}", place_in(source, node, policy), subject(policy))


def clients(policy: Policy, state: State, settings: Settings) -> list[str]:
    """The roles of a policy that requests of clients run as, `public` included.

    Args:
        policy: The policy.
        state: Knows the memberships.
        settings: Names the API roles.
    """
    if not policy.roles:
        return ["roles that are not known here"]
    return [role for role in policy.roles if is_untrusted_role(role, state, settings)]


def subjects(policy: Policy, settings: Settings) -> list[str]:
    """The roles of a policy that row security applies to, `public` included, whoever runs as them.

    Args:
        policy: The policy.
        settings: Names the trusted roles.
    """
    if not policy.roles:
        return ["roles that are not known here"]
    return [role for role in policy.roles if role not in settings.trusted_roles]


def words_for(roles: list[str]) -> str:
    """Roles, for a message.

    Args:
        roles: Names; `public` for all roles.
    """
    return "all roles" if PUBLIC in roles else ", ".join(roles)


def commands(policy: Policy) -> tuple[str, ...]:
    """The commands a policy is for, one by one.

    Args:
        policy: The policy.
    """
    return COMMANDS if policy.command == "all" else (policy.command,)


def applies_to(policy: Policy, role: str, state: State) -> bool:
    """Whether a policy is in force for a role: named, by membership, or for all.

    Args:
        policy: The policy.
        role: A role.
        state: Knows the memberships.
    """
    return PUBLIC in policy.roles or not state.reachable_roles(role).isdisjoint(policy.roles)


def permits_nothing(policy: Policy, state: State, settings: Settings) -> bool:
    """Whether a policy lets nobody do anything: its conditions are missing or never true.

    Args:
        policy: The policy.
        state: Remembers the answers about its conditions.
        settings: Names the session functions.
    """
    if not policy.seen:
        return False
    try:
        if policy.command != "insert" and not never_true(policy.using, policy.table, state, settings):
            return False
        return policy.command not in ("insert", "all") or never_true(policy.check, policy.table, state, settings)
    except RecursionError:
        return False


def has_floor(
    policy: Policy, roles: list[str], for_commands: tuple[str, ...], state: State, settings: Settings
) -> bool:
    """Whether restrictive policies beside a permissive one narrow all it opens.

    Args:
        policy: The permissive policy.
        roles: Its roles that count.
        for_commands: The commands that count.
        state: Knows the policies beside it.
        settings: Names the API roles.
    """
    table = state.relations.get(policy.table)
    beside: list[Policy] = []
    if table is not None:
        every = table.policies.values()
        beside = of_final("restrictive", table, None, state, lambda: [other for other in every if not other.permissive])

    def narrows(other: Policy, role: str, command: str) -> bool:
        condition = other.check if command == "insert" and other.check is not None else other.using
        applies = PUBLIC in other.roles if role == PUBLIC else applies_to(other, role, state)
        narrow = condition is not None and not always_true(condition, policy.table, state, settings)
        return applies and narrow and command in commands(other)

    return all(any(narrows(other, role, command) for other in beside) for role in roles for command in for_commands)
