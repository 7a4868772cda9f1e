"""Suppressions whose date has passed."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SuppressionExpired(Rule):
    """A suppression after its last day. Found by the engine, which reads the comments."""

    name = "suppression-expired"
    severity = Severity.ERROR
    what = "The date of a suppression has passed, or is no date (YYYY-MM-DD); it allows nothing any more."
    why = "The date was a promise to look again. Mend what it allowed, or give a new date and reason."
    bad = ("-- rempart: allow psql-command until 2020-01-31: moves to a revision\n\\echo done\ncreate schema app;",)
    good = ("-- rempart: allow psql-command until 2999-01-31: moves to a revision\n\\echo done\ncreate schema app;",)
