"""Triggers, event triggers and rewrite rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import literal, qualified, raw, statement

_ENABLED = {"O": "enable", "D": "disable", "R": "enable replica", "A": "enable always"}


@dataclass(frozen=True, slots=True)
class Trigger(CatalogObject):
    """A trigger of a table or a view.

    Attributes:
        definition: As Postgres writes it.
        enabled: `O` in ordinary sessions, `D` never, `R` in replication, `A` always.
        is_constraint: Whether it is a constraint trigger.
        relkind: `relkind` of its relation.
        parent_enabled: Of a partition's trigger that its parent brings: `enabled` of the parent's, which differs.
    """

    definition: str
    enabled: str
    is_constraint: bool
    relkind: str
    parent_enabled: str | None

    kind: ClassVar[str] = "trigger"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if self.parent_enabled is not None:
            return [self._switch()]
        return [self.definition, *([self._switch()] if self.enabled != "O" else [])]

    def _switch(self, state: str | None = None) -> str:
        word = raw(_ENABLED[state or self.enabled])
        return statement("alter table {} {} trigger {}", qualified(self.schema, self.name), word, self.part)

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        if self.parent_enabled is not None:
            return [self._switch(self.parent_enabled)]
        return [statement("drop trigger {} on {}", self.part, qualified(self.schema, self.name))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Trigger)
        if (self.parent_enabled is None) != (after.parent_enabled is None):
            raise Unsupported("whether the trigger comes from the parent of the partition differs")
        if after.parent_enabled is not None:
            return [after._switch()] if self.enabled != after.enabled else []
        found = []
        enabled = self.enabled
        if self.definition != after.definition:
            if self.is_constraint or after.is_constraint:
                return None
            found.append(after.definition.replace("CREATE TRIGGER ", "CREATE OR REPLACE TRIGGER ", 1))
            enabled = "O"
        return found + ([after._switch()] if enabled != after.enabled else [])

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("trigger {} on {}", self.part, qualified(self.schema, self.name))


@dataclass(frozen=True, slots=True)
class EventTrigger(CatalogObject):
    """An event trigger.

    Attributes:
        event: What it waits for.
        tags: The commands it is for; all of them when empty.
        function: What it calls, quoted.
        enabled: See `Trigger`.
    """

    event: str
    tags: tuple[str, ...]
    function: str
    enabled: str

    kind: ClassVar[str] = "event trigger"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        made = statement("create event trigger {} on {}", self.name, self.event)
        if self.tags:
            made += f" when tag in ({', '.join(literal(tag).as_string() for tag in self.tags)})"
        return [f"{made} execute function {self.function}()", *([self._switch()] if self.enabled != "O" else [])]

    def _switch(self) -> str:
        return statement("alter event trigger {} {}", self.name, raw(_ENABLED[self.enabled]))

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop event trigger {}", self.name)]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, EventTrigger)
        changed = self.own_changes(after)
        return [after._switch()] if changed == {"enabled"} else (None if changed else [])

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("event trigger {}", self.name)


@dataclass(frozen=True, slots=True)
class RewriteRule(CatalogObject):
    """A rule of a table or a view.

    Attributes:
        definition: As Postgres writes it.
        enabled: See `Trigger`.
        relkind: `relkind` of its relation.
    """

    definition: str
    enabled: str
    relkind: str

    kind: ClassVar[str] = "rule"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [self.definition.rstrip().removesuffix(";"), *([self._switch()] if self.enabled != "O" else [])]

    def _switch(self) -> str:
        word = raw(_ENABLED[self.enabled])
        return statement("alter table {} {} rule {}", qualified(self.schema, self.name), word, self.part)

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop rule {} on {}", self.part, qualified(self.schema, self.name))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, RewriteRule)
        changed = self.own_changes(after)
        if "definition" in changed:
            replaced = after.definition.rstrip().removesuffix(";").replace("CREATE RULE ", "CREATE OR REPLACE RULE ", 1)
            return [replaced, *([after._switch()] if "enabled" in changed else [])]
        return [after._switch()] if "enabled" in changed else []

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("rule {} on {}", self.part, qualified(self.schema, self.name))
