"""What rules about relations without row security share: materialized views and foreign tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rempart.lint.holders import clients_that_may
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Relation, State, shown


class ReadableRule(Rule):
    """A kind of relation that has no row security, and that clients may read.

    Attributes:
        kind: As in `Relation.kind`.
    """

    kind: ClassVar[str]

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the relations of the kind that there are at the end."""
        for relation in state.relations.values():
            if relation.kind != self.kind or not relation.seen:
                continue
            name = shown(relation.name)
            readers = clients_that_may({"select"}, relation.name, state, settings)
            if readers:
                yield Problem(f"{self.kind} {name} may be read by {', '.join(readers)}", relation.place, name)
            elif relation.name[0] in settings.exposed_schemas and not _closed(relation, state, settings):
                yield Problem(f"{self.kind} {name} is in an exposed schema and not revoked", relation.place, name)


def _closed(relation: Relation, state: State, settings: Settings) -> bool:
    """Whether it was revoked from every API role of clients: the platform's defaults may have granted it."""
    revoked = state.revoked.get(relation.name, {})
    return all("select" in revoked.get(role, ()) for role in settings.api_roles - settings.trusted_roles)
