"""Roles: attributes and memberships."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from rempart.lint.apply import names
from rempart.lint.state import Role, State
from rempart.lint.statement import Statement

_ATTRIBUTES = {"superuser": "superuser", "bypassrls": "bypass_rls", "canlogin": "login"}


def known_role(name: str, state: State) -> Role:
    """A role by name, entered when it was never spoken of.

    Args:
        name: Its name.
        state: Changed in place.
    """
    return state.roles.setdefault(name, Role(name))


def _create(node: Any, statement: Statement, state: State) -> None:
    state.reachable.clear()
    role = known_role(str(node.role), state)
    if node.stmt_type == enums.RoleStmtType.ROLESTMT_USER:
        role.login = True
    _options(role, node.options, statement, state)


def _alter(node: Any, statement: Statement, state: State) -> None:
    state.reachable.clear()
    role = known_role(names.role(node.role, state), state)
    if node.action < 0:
        for option in node.options or ():
            for member in option.arg or ():
                if not statement.conditional:
                    known_role(names.role(member, state), state).member_of.pop(role.name, None)
        return
    _options(role, node.options, statement, state)


def _options(role: Role, options: Any, statement: Statement, state: State) -> None:
    for option in options or ():
        attribute = _ATTRIBUTES.get(option.defname)
        if attribute is not None:
            value = bool(option.arg.boolval)
            if value or not statement.conditional:
                setattr(role, attribute, value)
        elif option.defname == "addroleto":
            for group in option.arg or ():
                role.member_of.setdefault(names.role(group, state), statement.place)
        elif option.defname in ("rolemembers", "adminmembers"):
            for member in option.arg or ():
                member_of = known_role(names.role(member, state), state).member_of
                member_of.setdefault(role.name, statement.place)


def _drop(node: Any, statement: Statement, state: State) -> None:
    state.reachable.clear()
    if statement.conditional:
        return
    for spec in node.roles or ():
        name = names.role(spec, state)
        state.roles.pop(name, None)
        for role in state.roles.values():
            role.member_of.pop(name, None)


def _grant(node: Any, statement: Statement, state: State) -> None:
    state.reachable.clear()
    for spec in node.grantee_roles or ():
        member = known_role(names.role(spec, state), state)
        for granted in node.granted_roles or ():
            group = str(granted.priv_name)
            if node.is_grant:
                member.member_of.setdefault(group, statement.place)
            elif not node.opt and not statement.conditional:
                member.member_of.pop(group, None)


HANDLERS = {
    ast.CreateRoleStmt: _create,
    ast.AlterRoleStmt: _alter,
    ast.DropRoleStmt: _drop,
    ast.GrantRoleStmt: _grant,
}
