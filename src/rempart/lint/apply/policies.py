"""Row-security policies."""

from __future__ import annotations

from typing import Any

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.state import PUBLIC, Name, Policy, State
from rempart.lint.statement import Statement


def _create(node: Any, statement: Statement, state: State) -> None:
    if statement.conditional and not node.permissive:
        return
    policy = policy_of(node, statement, state)
    state.relation(policy.table, statement.place).policies[policy.name] = policy
    state.dropped_policies.pop((policy.table, policy.name), None)


def policy_of(node: Any, statement: Statement, state: State) -> Policy:
    """The policy a CREATE POLICY describes.

    Args:
        node: Its parse tree.
        statement: The statement.
        state: Knows the names.
    """
    return Policy(
        name=str(node.policy_name),
        table=names.relation(node.table, state),
        command=str(node.cmd_name or "all"),
        permissive=bool(node.permissive),
        roles=tuple(names.role(one, state) for one in node.roles or ()) or (PUBLIC,),
        roles_written=_roles_written(node),
        using=node.qual,
        check=node.with_check,
        place=statement.place,
        transaction=state.transaction,
        using_from=statement,
        check_from=statement,
        roles_from=statement,
    )


def _roles_written(node: Any) -> bool:
    """Without a TO clause the parser puts PUBLIC in its place, which then has no location."""
    return any((role.location or 0) > 0 for role in node.roles or ())


def _alter(node: Any, statement: Statement, state: State) -> None:
    table = state.relation(names.relation(node.table, state), statement.place)
    policy = table.policies.get(str(node.policy_name))
    if policy is None:
        policy = table.policies[str(node.policy_name)] = _unseen(node, table.name, statement, state)
    if node.roles:
        policy.roles = tuple(names.role(one, state) for one in node.roles)
        policy.roles_written, policy.roles_from = True, statement
    if node.qual is not None:
        policy.using, policy.using_from = node.qual, statement
    if node.with_check is not None:
        policy.check, policy.check_from = node.with_check, statement
    policy.place = statement.place


def _unseen(node: Any, table: Name, statement: Statement, state: State) -> Policy:
    """A policy of which only a change was read: its command is guessed from the conditions it has."""
    if node.qual is not None:
        command = "update" if node.with_check is not None else "select"
    else:
        command = "insert" if node.with_check is not None else "all"
    return Policy(
        name=str(node.policy_name),
        table=table,
        command=command,
        permissive=True,
        roles=(),
        roles_written=True,
        using=None,
        check=None,
        place=statement.place,
        transaction=state.transaction,
        seen=False,
    )


HANDLERS = {
    ast.CreatePolicyStmt: _create,
    ast.AlterPolicyStmt: _alter,
}
