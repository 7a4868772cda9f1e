"""SQL made at run time, in a DO block, or of unquoted values."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class DynamicSql(Rule):
    """EXECUTE of a text that nobody can read beforehand. Found by the engine, which reads the bodies."""

    name = "dynamic-sql"
    severity = Severity.WARNING
    what = (
        "EXECUTE runs a text made at run time, in a DO block, or in a function out of values that are not quoted, "
        "there or where the text was put together."
    )
    why = (
        "A review, and this linter, judge what is written. A loop that grants or disables by a made-up text can open "
        "any table, and a function that joins a caller's value to SQL lets the caller write the SQL. Write the "
        "statements out; in a function put values in by USING, %L or %I."
    )
    bad = (
        "do $$\ndeclare t text;\nbegin\n"
        "    for t in select tablename from pg_catalog.pg_tables where schemaname = 'app' loop\n"
        "        execute 'alter table app.' || t || ' disable row level security';\n"
        "    end loop;\nend $$;",
    )
    good = (
        "do $$\nbegin\n"
        "    execute 'revoke all on schema app from public';\n"
        "    execute format('comment on schema %I is %L', 'app', 'inner works');\nend $$;",
    )
