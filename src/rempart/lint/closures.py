"""Relations that were explicitly closed: a hosted platform may have opened them by defaults no statement shows."""

from __future__ import annotations

from rempart.lint.grants import RELATIONS, change_of
from rempart.lint.settings import Settings
from rempart.lint.state import Name, State
from rempart.lint.statement import Statement


class Closures:
    """Remembers which roles a REVOKE took all of a relation from."""

    def __init__(self) -> None:
        self._closed: dict[Name, set[str]] = {}
        self._schemas: dict[str, set[str]] = {}

    def note(self, statement: Statement, state: State) -> None:
        """Take in a GRANT or REVOKE.

        Args:
            statement: With a GrantStmt.
            state: Resolves names.
        """
        change = change_of(statement.node, state)
        whole = {privilege.name for privilege in change.privileges if not privilege.columns}
        if change.is_grant or change.word not in RELATIONS or change.option_only or not whole & {"all", "select"}:
            return
        names = {name for name, _ in change.grantees}
        for target in change.targets:
            self._closed.setdefault(target.name, set()).update(names)
        for schema in change.schemas:
            self._schemas.setdefault(schema, set()).update(names)

    def closed(self, relation: Name, settings: Settings) -> bool:
        """Whether every API role of clients was revoked.

        Args:
            relation: Its name.
            settings: Names the API roles.
        """
        wanted = settings.api_roles - settings.trusted_roles
        return wanted <= self._closed.get(relation, set()) | self._schemas.get(relation[0], set())
