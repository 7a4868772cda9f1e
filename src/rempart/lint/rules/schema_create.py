"""CREATE on a schema in the hands of an API role."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.grants import change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity

_HELD = {"schema": "objects", "database": "schemas"}


class SchemaCreate(Rule):
    """CREATE on a schema in the hands of an API role."""

    name = "schema-create"
    severity = Severity.ERROR
    what = "A GRANT gives an API role CREATE on a schema, or on the database, which lets it make schemas."
    why = (
        "Who may create in a schema can put a function there that others call by its bare name, with their rights. "
        "That is how functions with a careless search_path are taken over."
    )
    bad = ("grant usage, create on schema public to authenticated;",)
    good = ("grant usage on schema public to authenticated;",)
    statements = (ast.GrantStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a GRANT."""
        change = change_of(statement.node, state)
        if not change.is_grant or change.word not in _HELD:
            return
        if not any(privilege.name in ("create", "all") for privilege in change.privileges):
            return
        for name, node in change.grantees:
            if is_untrusted_role(name, state, settings):
                message = f"{name} may create {_HELD[change.word]} in {change.subject}"
                yield Problem(message, statement.place_of(node), change.subject)
