"""Which rules of the linter an audit asks."""

from __future__ import annotations

from rempart.audit import judge
from rempart.lint.registry import all_rules

NAMES = {rule.name for rule in all_rules()}


def test_what_is_left_out_are_rules() -> None:
    assert NAMES >= judge.ABOUT_CHANGES


def test_what_says_the_same_hole_are_rules_that_are_asked() -> None:
    tables = (judge._IN_ONE_STATEMENT, judge._ON_ONE_OBJECT, judge._ON_ONE_RELATION)
    named = {name for table in tables for rule, others in table.items() for name in (rule, *others)}
    assert named | judge._OF_THE_PLATFORM <= NAMES - judge.ABOUT_CHANGES
