"""Suppressions that allow nothing."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SuppressionUnused(Rule):
    """A suppression that no finding needs. Found by the engine, which reads the comments."""

    name = "suppression-unused"
    severity = Severity.WARNING
    what = "A suppression allows a rule that finds nothing in the statement it covers."
    why = (
        "It covers only the statement it stands in, ends on the line of, or stands directly above. Left behind, it "
        "would silently allow the next hole in that place."
    )
    bad = ("-- rempart: allow policy-to-public: everybody may read the depots\ncreate schema app;",)
    good = ("-- rempart: allow psql-command: the script is for psql alone\n\\echo done\ncreate schema app;",)
