"""What rules about policies share: when a policy is judged, for whom it is, and what its conditions come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pglast import ast

from rempart.lint.apply.policies import policy_of
from rempart.lint.grantees import is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.sessions import LOGGED_IN, user_with_role
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Name, Policy, Relation, State, shown
from rempart.lint.statement import Direction, Origin, Statement
from rempart.sqltext.positioned import Place
from rempart.sqltext.scopes import Placed, Source, placed
from rempart.sqltext.truth import Judge
from rempart.sqltext.walk import nodes

_Known = TypeVar("_Known")
_FINAL = "final"
"""Among the facts of a state that no statement will change any more."""
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
        state.facts[_FINAL] = True
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


def judge_for(table: Name, **more: Any) -> Judge:
    """A judge of conditions over the rows of a table.

    Args:
        table: The table.
        more: Further arguments of `Judge`.
    """
    # A column called id is a key. Where one is not, `id is not null` is no condition to rely on either.
    return Judge(own=frozenset({table[1]}), never_null=frozenset({"id"}), **more)


def _judge_of(role: str, table: Name, state: State, settings: Settings) -> Judge:
    """A judge that assumes a request of a role, or nothing for no role; it remembers what it decided."""
    assumed = {"assume": user_with_role(role, settings)} if role else {}
    return _remembered("judge", role, table, state, lambda: judge_for(table, **assumed))


def calls(node: Any, state: State) -> tuple[Any, ...]:
    """The calls of functions in a condition. One without any is true of a session when it is true at all.

    Args:
        node: A condition, or None.
        state: Remembers them.
    """
    return _remembered(
        "calls", node, None, state, lambda: tuple(one for one in nodes_in(node, state) if isinstance(one, ast.FuncCall))
    )


def always_true(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition holds for every row and every client of the API.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the API roles.
    """

    def work() -> bool:
        if _judge_of("", table, state, settings).always_true(node):
            return True
        judges = (_judge_of(role, table, state, settings) for role in ("anon", LOGGED_IN))
        return bool(calls(node, state)) and all(judge.always_true(node) for judge in judges)

    return node is not None and _remembered("always true", node, table, state, work)


def any_user(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition holds for every row and every user that is logged in.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the session functions.
    """
    if node is None:
        return False
    role = LOGGED_IN if calls(node, state) else ""
    judge = _judge_of(role, table, state, settings)
    return _remembered("any user", node, table, state, lambda: judge.always_true(node))


def never_true(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition lets nothing through; also when there is none.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the session functions.
    """
    judge = _judge_of("", table, state, settings)
    return node is None or _remembered("never true", node, table, state, lambda: judge.never_true(node))


def nodes_in(node: Any, state: State) -> tuple[Any, ...]:
    """The nodes of a condition, parents before children.

    Args:
        node: A condition, or None.
        state: Remembers them.
    """
    return _remembered("nodes", node, None, state, lambda: tuple(nodes(node)))


def placed_in(node: Any, table: Name, state: State) -> list[Placed]:
    """The nodes of a condition with what surrounds them.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Knows the columns of tables; when it will not change any more, it remembers the answer.
    """

    def work() -> list[Placed]:
        return list(placed(node, source_of(table, state), columns_of(state)))

    return of_final("placed", node, table, state, work)


def of_final(what: str, about: Any, table: Name | None, state: State, work: Callable[[], _Known]) -> _Known:
    """What is known of a thing; worked out once when the state will not change any more.

    Args:
        what: What is worked out.
        about: The thing: a tree, or a part of the state.
        table: The table it is worked out for.
        state: Remembers the answer.
        work: Works it out.
    """
    return _remembered(what, about, table, state, work) if _FINAL in state.facts else work()


def _remembered(what: str, about: Any, table: Name | None, state: State, work: Callable[[], _Known]) -> _Known:
    """What is known of a thing, worked out once. The thing is kept with it, so that no other gets its id."""
    key = what, about if isinstance(about, str) else id(about), table
    if key not in state.facts:
        state.facts[key] = about, work()
    known: _Known = state.facts[key][1]
    return known


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


def columns_of(state: State) -> Any:
    """A function that tells the columns of a relation by schema and name; None when they are not known.

    Args:
        state: What is known.
    """

    def find(schema: str | None, name: str) -> frozenset[str] | None:
        relation = state.relations.get(state.resolve(schema, name))
        if relation is None or not relation.columns or not (relation.seen and relation.parent is None):
            return None
        return frozenset(relation.columns)

    return find


def source_of(table: Name, state: State) -> Source:
    """The table of a policy as the outermost source of columns.

    Args:
        table: The table.
        state: Knows its columns.
    """
    return Source(table[1], table[0], table[1], columns_of(state)(*table))


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
