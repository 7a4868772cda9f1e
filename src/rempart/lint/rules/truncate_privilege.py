"""TRUNCATE and its like in the hands of an API role."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.grants import RELATIONS, Change, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity

_UNGUARDED = {"truncate", "references", "trigger", "maintain"}
_WORKS_ON = {"view": {"trigger"}, "materialized view": {"maintain"}}
"""What of these Postgres lets anybody do with a relation that is no table, whatever was granted."""


class TruncatePrivilege(Rule):
    """TRUNCATE and its like in the hands of an API role."""

    name = "truncate-privilege"
    severity = Severity.ERROR
    what = "A GRANT gives an API role TRUNCATE, TRIGGER, REFERENCES or MAINTAIN on a table."
    why = (
        "Row security does not apply to TRUNCATE, and row triggers do not fire. TRIGGER lets a role run "
        "code as whoever "
        "writes next, REFERENCES lets it learn which keys exist, MAINTAIN lets it lock the table."
    )
    bad = ("grant select, truncate on table public.log_actions to authenticated;",)
    good = ("grant select, delete on table public.log_actions to authenticated;",)
    statements = (ast.GrantStmt, ast.AlterDefaultPrivilegesStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT, also of objects to come."""
        to_come = isinstance(statement.node, ast.AlterDefaultPrivilegesStmt)
        change = change_of(statement.node.action if to_come else statement.node, state)
        works = _UNGUARDED if to_come else _working(change, state)
        given = [privilege.name for privilege in change.privileges if privilege.name in works]
        if not change.is_grant or change.word not in RELATIONS or not given:
            return
        for name, node in change.grantees:
            if is_untrusted_role(name, state, settings):
                subject = f"every {change.word} created from now on" if to_come else change.subject
                yield Problem(f"{name} gets {', '.join(given)} on {subject}", statement.place_of(node), subject)


def _working(change: Change, state: State) -> set[str]:
    """The privileges that are of use on one of the relations, at least."""
    known = [state.relations.get(target.name) for target in change.targets]
    return set().union(*(_WORKS_ON.get(one.kind, _UNGUARDED) if one else _UNGUARDED for one in known or [None]))
