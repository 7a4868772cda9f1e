"""A REVOKE of a column under a privilege on the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grants import ALL, RELATIONS, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State, Target, shown
from rempart.lint.statement import Statement
from rempart.lint.writable import held_by_default
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place


class RevokeColumnUnderTable(Rule):
    """A REVOKE of a column under a privilege on the whole table."""

    name = "revoke-column-under-table"
    severity = Severity.ERROR
    what = (
        "A privilege is revoked on columns while the role, or PUBLIC, holds it on the whole table: granted, or by a "
        "default of the platform."
    )
    why = (
        "Privileges on a table and on its columns are kept apart and added up. The column stays readable or writable. "
        "Revoke on the table, then grant the columns that remain."
    )
    bad = (
        "grant select on table public.profils to authenticated;\n"
        "revoke select (email) on table public.profils from authenticated;",
    )
    good = (
        "revoke select on table public.profils from authenticated;\n"
        "grant select (id, nom_complet) on table public.profils to authenticated;",
    )
    statements = (ast.GrantStmt,)

    def __init__(self) -> None:
        self._revoked: list[tuple[Target, str, str, Place]] = []

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note what is taken on columns; whether it worked shows at the end."""
        change = change_of(statement.node, state)
        if change.is_grant or change.word not in RELATIONS or change.option_only:
            return
        for privilege in change.privileges:
            for name, node in change.grantees if privilege.columns else ():
                place = statement.place_of(node)
                self._revoked.extend((target, privilege.name, name, place) for target in change.targets)
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge what was noted: is it held on the whole table?"""
        for target, privilege, name, place in self._revoked:
            held = state.grants.get(target, {})
            for holder in (name, PUBLIC) if name != PUBLIC else (PUBLIC,):
                if held.get(holder) and (privilege == ALL or privilege in held[holder]):
                    subject = shown(target.name)
                    message = f"{name} keeps {privilege} on the columns: {holder} holds it on all of {subject}"
                    yield Problem(message, place, subject)
                    break
            else:
                known = state.relations.get(target.name)
                is_exposed = known is not None and known.seen and target.name[0] in settings.exposed_schemas
                if is_exposed and name in settings.api_roles and held_by_default(privilege, target.name, name, state):
                    subject = shown(target.name)
                    message = f"{name} keeps {privilege} on the columns: the platform gives it on all of {subject}"
                    yield Problem(message, place, subject)
