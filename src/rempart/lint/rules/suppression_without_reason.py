"""Suppressions that do not say why."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SuppressionWithoutReason(Rule):
    """A suppression without a reason. Found by the engine, which reads the comments."""

    name = "suppression-without-reason"
    severity = Severity.ERROR
    what = "A comment `-- rempart: allow RULE` gives no reason behind a colon; it allows nothing."
    why = "The next reader must know why this hole is none, and when that ceases to be true."
    bad = ("-- rempart: allow psql-command\n\\echo done\ncreate schema app;",)
    good = ("-- rempart: allow psql-command: the script is for psql alone\n\\echo done\ncreate schema app;",)
