"""Row-security policies."""

from __future__ import annotations

from typing import Any

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.state import PUBLIC, Policy, State
from rempart.lint.statement import Statement


def _create(node: Any, statement: Statement, state: State) -> None:
    if statement.conditional and not node.permissive:
        return
    table = state.relation(names.relation(node.table, state), statement.place)
    table.policies[str(node.policy_name)] = Policy(
        name=str(node.policy_name),
        table=table.name,
        command=str(node.cmd_name or "all"),
        permissive=bool(node.permissive),
        roles=tuple(names.role(one, state) for one in node.roles or ()) or (PUBLIC,),
        roles_written=_roles_written(node),
        using=node.qual,
        check=node.with_check,
        place=statement.place,
        transaction=state.transaction,
    )


def _roles_written(node: Any) -> bool:
    """Without a TO clause the parser puts PUBLIC in its place, which then has no location."""
    return any((role.location or 0) > 0 for role in node.roles or ())


def _alter(node: Any, statement: Statement, state: State) -> None:
    table = state.relation(names.relation(node.table, state), statement.place)
    policy = table.policies.get(str(node.policy_name))
    if policy is None:
        return
    if node.roles:
        policy.roles = tuple(names.role(one, state) for one in node.roles)
        policy.roles_written = True
    if node.qual is not None:
        policy.using = node.qual
    if node.with_check is not None:
        policy.check = node.with_check
    policy.place = statement.place


HANDLERS = {
    ast.CreatePolicyStmt: _create,
    ast.AlterPolicyStmt: _alter,
}
