"""A REVOKE of default privileges that cannot work."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.grants import FUNCTIONS, change_of
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class RevokeDefaultInSchema(Rule):
    """A REVOKE of default privileges that cannot work."""

    name = "revoke-default-in-schema"
    severity = Severity.ERROR
    what = "ALTER DEFAULT PRIVILEGES IN SCHEMA revokes from PUBLIC what PUBLIC holds by a global default."
    why = (
        "Defaults of a schema are added to the global ones and cannot take away from them. PUBLIC's "
        "EXECUTE on functions "
        "is global: the statement succeeds and changes nothing. Leave IN SCHEMA out."
    )
    bad = ("alter default privileges in schema public revoke execute on functions from public;",)
    good = ("alter default privileges revoke execute on functions from public;",)
    statements = (ast.AlterDefaultPrivilegesStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge an ALTER DEFAULT PRIVILEGES."""
        change = change_of(statement.node.action, state)
        schemas = [option for option in statement.node.options or () if option.defname == "schemas"]
        if change.is_grant or change.word not in FUNCTIONS | {"type"} or not schemas:
            return
        creators = [o for o in statement.node.options or () if o.defname == "roles"]
        if not creators and state.current_role in state.default_execute_revoked and change.word in FUNCTIONS:
            return
        for name, node in change.grantees:
            if name == PUBLIC:
                message = f"PUBLIC keeps its global {change.words} on new {change.word}s: IN SCHEMA cannot revoke it"
                yield Problem(message, statement.place_of(node), f"default privileges on {change.word}s")
