"""A foreign table that clients may read."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.closures import Closures
from rempart.lint.holders import clients_that_may
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class ForeignTableReadable(Rule):
    """A foreign table that clients may read."""

    name = "foreign-table-readable"
    severity = Severity.ERROR
    what = "A foreign table may be read by an API role, or stands in an exposed schema without being revoked from them."
    why = (
        "Row security does not exist for foreign tables, and the remote server is asked with the mapping's rights. "
        "Whoever may select from it sees all of it. Keep it in a schema that is not exposed, or revoke it "
        "from the API roles."
    )
    bad = ("create foreign table public.distant (id int) server autre;",)
    good = ("create foreign table prive.distant (id int) server autre;",)
    statements = (ast.GrantStmt,)

    def __init__(self) -> None:
        self._closures = Closures()

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Note what is revoked: the platform's defaults may have granted it."""
        self._closures.note(statement, state)
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the foreign tables there are at the end."""
        for relation in state.relations.values():
            if relation.kind != "foreign table" or not relation.seen:
                continue
            name = shown(relation.name)
            readers = clients_that_may({"select"}, relation.name, state, settings)
            if readers:
                yield Problem(f"foreign table {name} may be read by {', '.join(readers)}", relation.place, name)
            elif relation.name[0] in settings.exposed_schemas and not self._closures.closed(relation.name, settings):
                yield Problem(f"foreign table {name} is in an exposed schema and not revoked", relation.place, name)
