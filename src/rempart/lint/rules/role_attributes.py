"""SUPERUSER or BYPASSRLS for an API role."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity

_ATTRIBUTES = {
    "superuser": "SUPERUSER",
    "bypassrls": "BYPASSRLS",
    "createrole": "CREATEROLE",
    "isreplication": "REPLICATION",
}


class RoleAttributes(Rule):
    """SUPERUSER or BYPASSRLS for an API role."""

    name = "role-attributes"
    severity = Severity.ERROR
    what = "An API role, or the gateway's login role, gets SUPERUSER, BYPASSRLS, CREATEROLE or REPLICATION."
    why = "With one of them every policy and grant of the database is void for the requests that run as the role."
    bad = ("alter role authenticated bypassrls;",)
    good = ("alter role service_role bypassrls;",)
    statements = (ast.CreateRoleStmt, ast.AlterRoleStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a CREATE ROLE or ALTER ROLE."""
        node = statement.node
        spec = node.role
        name = spec if isinstance(spec, str) else str(getattr(spec, "rolename", "") or "")
        if name != settings.gateway_role and not is_untrusted_role(name, state, settings):
            return
        for option in node.options or ():
            word = _ATTRIBUTES.get(option.defname)
            if word and _is_on(option.arg):
                yield Problem(f"API role {name} gets {word}", statement.place_of(option), name)


def _is_on(argument: object) -> bool:
    return bool(getattr(argument, "boolval", None) or getattr(argument, "ival", None))
