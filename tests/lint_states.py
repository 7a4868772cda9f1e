"""The state that the linter has after some SQL."""

from __future__ import annotations

from typing import Any

from rempart.lint.engine import Unit, lint
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Function, Relation, State, Target
from rempart.lint.statement import Direction
from rempart.report.finding import Severity
from rempart.sqltext.positioned import PositionedText


class Witness(Rule):
    """Keeps the state that a run ends with."""

    name = "witness"
    severity = Severity.INFO
    seen: State | None = None

    def at_end(self, state: State, settings: Settings) -> Any:
        Witness.seen = state
        return iter(list[Problem]())


def state_after(*files: str) -> State:
    units = [
        Unit(f"{number}.sql", Direction.FILE, [PositionedText.whole_file(f"{number}.sql", sql)])
        for number, sql in enumerate(files)
    ]
    lint(units, [Witness()], Settings())
    assert Witness.seen is not None
    return Witness.seen


def relation(sql: str, name: str = "a.t") -> Relation:
    schema, _, own = name.partition(".")
    return state_after(sql).relations[schema, own]


def function(sql: str, name: str = "a.f") -> Function:
    schema, _, own = name.partition(".")
    (found,) = state_after(sql).functions_named((schema, own))
    return found


def held(sql: str, target: Target) -> dict[str, set[str]]:
    by_grantee = state_after(sql).grants.get(target, {})
    return {grantee: set(privileges) for grantee, privileges in by_grantee.items()}
