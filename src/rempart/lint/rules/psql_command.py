"""Commands and variables of psql."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class PsqlCommand(Rule):
    """A backslash command or a variable of psql. Found by the engine, which reads the text."""

    name = "psql-command"
    severity = Severity.WARNING
    what = "The text holds a command of psql (\\i, \\gexec, \\copy, \\if …) or one of its variables (:name)."
    why = (
        "Only psql knows what they stand for: \\i brings in another file, \\gexec runs the rows of a query as SQL. "
        "What they do is not judged here, and drivers such as Alembic's cannot run them. Write the SQL itself."
    )
    bad = (
        "create schema app;\n\\i policies.sql",
        "select format('grant select on %I to anon', relname) from pg_catalog.pg_class \\gexec",
        "alter schema app owner to :owner;",
    )
    good = ("create schema app;\ncomment on schema app is 'C:\\data :owner';",)
