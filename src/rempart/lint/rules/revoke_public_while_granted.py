"""A REVOKE from PUBLIC of what a forbidden role holds by name."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_forbidden
from rempart.lint.grants import change_of, name_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State, Target
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place


class RevokePublicWhileGranted(Rule):
    """A REVOKE from PUBLIC of what a forbidden role holds by name."""

    name = "revoke-public-while-granted"
    severity = Severity.ERROR
    what = "A privilege is revoked from PUBLIC while a forbidden role keeps it by a grant of its own."
    why = (
        "PUBLIC is not a list of roles: taking from it takes nothing from a role that was granted the same by name. "
        "The object looks closed and is open to anon."
    )
    bad = (
        "create function public.total() returns int language sql set search_path = '' as 'select 1';\n"
        "grant execute on function public.total() to anon;\n"
        "revoke execute on function public.total() from public;",
    )
    good = (
        "create function public.total() returns int language sql set search_path = '' as 'select 1';\n"
        "revoke execute on function public.total() from public, anon;",
    )
    statements = (ast.GrantStmt,)

    def __init__(self) -> None:
        self._revoked: list[tuple[Target, frozenset[str], Place]] = []

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note what is taken from PUBLIC; whether it closed anything shows at the end."""
        change = change_of(statement.node, state)
        if change.is_grant or change.option_only:
            return
        whole = frozenset(privilege.name for privilege in change.privileges if not privilege.columns)
        for name, node in change.grantees:
            if name == PUBLIC and whole:
                self._revoked.extend((target, whole, statement.place_of(node)) for target in change.targets)
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge what was noted: does a forbidden role hold it still?"""
        for target, privileges, place in self._revoked:
            held = state.grants.get(target, {})
            for name in sorted(held):
                kept = set(held[name]) if "all" in privileges else set(held[name]) & privileges
                if name != PUBLIC and kept and is_forbidden(name, state, settings):
                    subject = name_of(target)
                    message = f"{name} keeps {', '.join(sorted(kept))} on {subject} by a grant of its own"
                    yield Problem(message, place, subject)
