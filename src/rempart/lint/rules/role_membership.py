"""A privileged role given to an API role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.apply import names
from rempart.lint.grantees import is_forbidden, is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place

_PREDEFINED = ("pg_read_all_data", "pg_write_all_data", "pg_execute_server_program", "pg_read_server_files",
    "pg_write_server_files", "pg_monitor", "pg_read_all_settings", "pg_signal_backend", "pg_maintain",
    "pg_create_subscription", "pg_database_owner", "pg_checkpoint", "pg_use_reserved_connections")  # fmt: skip


class RoleMembership(Rule):
    """A privileged role given to an API role."""

    name = "role-membership"
    severity = Severity.ERROR
    what = "An API role becomes a member of a privileged role, or a forbidden role of any other API role."
    why = (
        "A member has, or can take, everything the role has: BYPASSRLS of service_role by SET ROLE, the "
        "tables of an owner, "
        "every row through pg_read_all_data. The gateway's login role is meant to be a member of the API roles; those "
        "are members of nothing."
    )
    bad = ("grant service_role to authenticated;",)
    good = ("grant anon, authenticated, service_role to authenticator;",)
    statements = (ast.GrantRoleStmt, ast.CreateRoleStmt, ast.AlterRoleStmt)

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge memberships by what is known of the roles when they are given."""
        for granted, member, place in _memberships(statement, state):
            what = _judged(granted, member, state, settings)
            if what is None and is_forbidden(member, state, settings) and _holds(granted, state):
                what = f"forbidden role {member} becomes a member of {granted}, which holds privileges"
            if what is not None:
                self._told.add((granted, member))
                yield Problem(what, place, member)

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the memberships there are at the end by what became of the roles."""
        for member, role in list(state.roles.items()):
            for granted, place in role.member_of.items():
                what = _judged(granted, member, state, settings) if (granted, member) not in self._told else None
                if what is not None:
                    yield Problem(what, place, member)


def _memberships(statement: Statement, state: State) -> Iterator[tuple[str, str, Place]]:
    """Role, new member and place of each membership that a statement makes."""
    node: Any = statement.node
    if isinstance(node, ast.GrantRoleStmt):
        for item in node.granted_roles or () if node.is_grant else ():
            for spec in node.grantee_roles or ():
                yield str(item.priv_name), names.role(spec, state), statement.place_of(spec)
        return
    alters = type(node) is ast.AlterRoleStmt
    if alters and node.action < 0:
        return  # ALTER GROUP … DROP USER
    role = names.role(node.role, state) if alters else str(node.role)
    for option in node.options or ():
        others = [names.role(spec, state) for spec in option.arg] if isinstance(option.arg, tuple) else []
        for other in others:
            if option.defname == "addroleto":
                yield other, role, statement.place_of(option)
            elif option.defname in ("rolemembers", "adminmembers"):
                yield role, other, statement.place_of(option)


def _judged(granted: str, member: str, state: State, settings: Settings) -> str | None:
    """What is wrong with a membership; None for nothing."""
    if member == settings.gateway_role:
        if _is_privileged(granted, state) and granted not in settings.api_roles:
            return f"the gateway's login role {member} becomes a member of {granted}"
    elif is_forbidden(member, state, settings) and granted in settings.api_roles | {settings.gateway_role}:
        return f"forbidden role {member} becomes a member of {granted}"
    elif is_untrusted_role(member, state, settings) and (
        _is_privileged(granted, state) or granted in settings.trusted_roles | {settings.gateway_role}
    ):
        return f"API role {member} becomes a member of privileged role {granted}"
    return None


def _holds(name: str, state: State) -> bool:
    """Whether a role was granted something, itself or through a role it is a member of."""
    roles = state.reachable_roles(name)
    return any(not roles.isdisjoint(grantees) for grantees in state.grants.values())


def _is_privileged(name: str, state: State) -> bool:
    for reached in state.reachable_roles(name):
        known = state.roles.get(reached)
        if reached in _PREDEFINED or reached == "postgres" or (known and (known.superuser or known.bypass_rls)):
            return True
    return _owns(name, state)


def _owns(name: str, state: State) -> bool:
    owners = {relation.owner for relation in state.relations.values()} | set(state.schema_owners.values())
    return name in owners
