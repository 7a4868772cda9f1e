"""A privileged role given to an API role."""

from __future__ import annotations

from collections.abc import Iterator

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
    statements = (ast.GrantRoleStmt, ast.CreateRoleStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT of roles."""
        node = statement.node
        if isinstance(node, ast.CreateRoleStmt):
            yield from self._created(statement, state, settings)
            return
        if not node.is_grant:
            return
        for item in node.granted_roles or ():
            for spec in node.grantee_roles or ():
                yield from _judge(
                    str(item.priv_name), names.role(spec, state), statement.place_of(spec), state, settings
                )

    def _created(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        node = statement.node
        for option in node.options or ():
            members = [names.role(spec, state) for spec in option.arg] if isinstance(option.arg, tuple) else []
            place = statement.place_of(option)
            for name in members:
                if option.defname == "addroleto":
                    yield from _judge(name, str(node.role), place, state, settings)
                elif option.defname in ("rolemembers", "adminmembers"):
                    yield from _judge(str(node.role), name, place, state, settings)


def _judge(granted: str, member: str, place: Place, state: State, settings: Settings) -> Iterator[Problem]:
    if member == settings.gateway_role:
        if _is_privileged(granted, state) and granted not in settings.api_roles:
            yield Problem(f"the gateway's login role {member} becomes a member of {granted}", place, member)
    elif is_forbidden(member, state, settings) and granted in settings.api_roles | {settings.gateway_role}:
        yield Problem(f"forbidden role {member} becomes a member of {granted}", place, member)
    elif is_untrusted_role(member, state, settings) and (
        _is_privileged(granted, state) or granted in settings.trusted_roles | {settings.gateway_role}
    ):
        yield Problem(f"API role {member} becomes a member of privileged role {granted}", place, member)


def _is_privileged(name: str, state: State) -> bool:
    for reached in state.reachable_roles(name):
        known = state.roles.get(reached)
        if reached in _PREDEFINED or reached == "postgres" or (known and (known.superuser or known.bypass_rls)):
            return True
    return _owns(name, state)


def _owns(name: str, state: State) -> bool:
    owners = {relation.owner for relation in state.relations.values()} | set(state.schema_owners.values())
    return name in owners
