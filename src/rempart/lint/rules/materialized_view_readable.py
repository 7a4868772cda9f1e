"""A materialized view that clients may read."""

from __future__ import annotations

from rempart.lint.unprotected import ReadableRule
from rempart.report.finding import Severity


class MaterializedViewReadable(ReadableRule):
    """A materialized view that clients may read."""

    name = "materialized-view-readable"
    severity = Severity.ERROR
    kind = "materialized view"
    what = (
        "A materialized view may be read by an API role, or stands in an exposed schema without "
        "being revoked from them."
    )
    why = (
        "A materialized view holds a copy of rows that were read with its owner's rights, and has no row "
        "security of its own. "
        "Whoever may select from it sees all of it. Keep it in a schema that is not exposed, or revoke it "
        "from the API roles."
    )
    bad = ("create materialized view public.totaux as select count(*) from public.receptions;",)
    good = ("create materialized view prive.totaux as select count(*) from public.receptions;",)
