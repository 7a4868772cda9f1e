"""A REVOKE from a role of what PUBLIC holds."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grants import change_of, name_of
from rempart.lint.holders import holders
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State, Target
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place


class RevokeFromRoleWhilePublic(Rule):
    """A REVOKE from a role of what PUBLIC holds."""

    name = "revoke-from-role-while-public"
    severity = Severity.ERROR
    what = "A privilege is revoked from a role, but PUBLIC holds it, and every role with it."
    why = (
        "The statement succeeds and the role can do what it could: EXECUTE on every function is PUBLIC's from its "
        "creation on. Revoke from PUBLIC as well."
    )
    bad = (
        "create function public.total() returns int language sql set search_path = '' as 'select 1';\n"
        "revoke execute on function public.total() from anon;",
    )
    good = (
        "create function public.total() returns int language sql set search_path = '' as 'select 1';\n"
        "revoke execute on function public.total() from public, anon;",
    )
    statements = (ast.GrantStmt,)

    def __init__(self) -> None:
        self._revoked: list[tuple[Target, frozenset[str], str, Place]] = []

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note what is taken from named roles; whether it worked shows at the end."""
        change = change_of(statement.node, state)
        if change.is_grant or change.option_only or any(name == PUBLIC for name, _ in change.grantees):
            return
        whole = frozenset(privilege.name for privilege in change.privileges if not privilege.columns)
        for name, node in change.grantees:
            for target in change.targets if whole else ():
                self._revoked.append((target, whole, name, statement.place_of(node)))
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge what was noted: does PUBLIC hold it still?"""
        for target, privileges, name, place in self._revoked:
            wanted = set(_KIND_PRIVILEGES.get(target.kind, ())) if "all" in privileges else set(privileges)
            if name and PUBLIC in holders(target, wanted, state):
                subject = name_of(target)
                message = f"{name} keeps {', '.join(sorted(privileges))} on {subject}: PUBLIC holds it"
                yield Problem(message, place, subject)


_KIND_PRIVILEGES = {
    "relation": ("select", "insert", "update", "delete", "truncate", "references", "trigger", "usage"),
    "function": ("execute",),
    "schema": ("usage", "create"),
}
