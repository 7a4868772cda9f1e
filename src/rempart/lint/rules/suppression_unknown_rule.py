"""Suppressions of rules that do not exist."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SuppressionUnknownRule(Rule):
    """A suppression of no rule. Found by the engine, which reads the comments."""

    name = "suppression-unknown-rule"
    severity = Severity.ERROR
    what = "A comment `-- rempart: …` names a rule that does not exist, or is not understood; it allows nothing."
    why = "A misspelt name allows nothing today, and hides what its writer meant to allow."
    bad = ("-- rempart: allow psql-comand: the script is for psql alone\ncreate schema app;",)
    good = ("-- rempart: allow psql-command: the script is for psql alone\n\\echo done\ncreate schema app;",)
