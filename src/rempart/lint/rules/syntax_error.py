"""SQL that Postgres cannot parse."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SyntaxErrorRule(Rule):
    """A part of a text, or of a body, that is no SQL. Found by the engine, which reads the text."""

    name = "syntax-error"
    severity = Severity.ERROR
    what = "Postgres's own parser cannot read it; in the body of a function or DO block too."
    why = (
        "It will fail when it is run, and what stands in it is not judged. A body in PL/pgSQL is stored unread and "
        "fails at its first call. The statements behind it are read as usual."
    )
    bad = (
        "create tabel app.depots (id uuid);",
        "create function app.f() returns int language plpgsql set search_path = '' as $$\n"
        "begin\n    retrun (select 1 form app.depots);\nend $$;",
    )
    good = ("create table app.depots (id uuid);",)
