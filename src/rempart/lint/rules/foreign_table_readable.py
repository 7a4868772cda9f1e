"""A foreign table that clients may read."""

from __future__ import annotations

from rempart.lint.unprotected import ReadableRule
from rempart.report.finding import Severity


class ForeignTableReadable(ReadableRule):
    """A foreign table that clients may read."""

    name = "foreign-table-readable"
    severity = Severity.ERROR
    kind = "foreign table"
    what = "A foreign table may be read by an API role, or stands in an exposed schema without being revoked from them."
    why = (
        "Row security does not exist for foreign tables, and the remote server is asked with the mapping's rights. "
        "Whoever may select from it sees all of it. Keep it in a schema that is not exposed, or revoke it "
        "from the API roles."
    )
    bad = ("create foreign table public.distant (id int) server autre;",)
    good = ("create foreign table prive.distant (id int) server autre;",)
