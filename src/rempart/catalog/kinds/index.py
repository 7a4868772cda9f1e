"""Indexes that no constraint brings, and extended statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import Name, qualified, raw, statement


@dataclass(frozen=True, slots=True)
class Index(CatalogObject):
    """An index.

    Attributes:
        table: Name of its table, which is in the same schema.
        table_relkind: `relkind` of the table.
        definition: As Postgres writes it.
        unique: Whether it is unique.
        valid: Whether it is usable; a failed CREATE INDEX CONCURRENTLY leaves one that is not.
        clustered: Whether it is the one the table was clustered on.
        statistics: Number of a column of the index, and its statistics target.
        passed_on: See `CatalogObject.from_parent`.
    """

    table: str
    table_relkind: str
    definition: str
    unique: bool
    valid: bool
    clustered: bool
    statistics: tuple[tuple[str, str], ...]
    passed_on: bool

    kind: ClassVar[str] = "index"

    @property
    def from_parent(self) -> bool:
        """See `CatalogObject.from_parent`."""
        return self.passed_on

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if not self.valid:
            raise Unsupported("an invalid index is not made on purpose; rebuild or drop it")
        # Of a partitioned table's index Postgres writes ON ONLY, which would leave it invalid.
        made = self.definition.replace(" ON ONLY ", " ON ", 1) if self.table_relkind == "p" else self.definition
        return [made, *self._extras()]

    def _extras(self, before: Index | None = None) -> list[str]:
        found = [
            statement("alter index {} alter column {} set statistics {}", self._named(), raw(column), raw(target))
            for column, target in self.statistics
        ]
        if self.clustered and not (before and before.clustered):
            found.append(statement("alter table {} cluster on {}", qualified(self.schema, self.table), Name(self.name)))
        return found

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop index {}", self._named())]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Index)
        changed = self.own_changes(after)
        if changed <= {"clustered", "statistics"} and not set(self.statistics) - set(after.statistics):
            if self.clustered and not after.clustered:
                return [statement("alter table {} set without cluster", qualified(self.schema, self.table))]
            return after._extras(self)
        return None

    def _named(self) -> Name:
        return qualified(self.schema, self.name)

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("index {}", self._named())

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("relation", self.schema, self.name),)


@dataclass(frozen=True, slots=True)
class Statistics(CatalogObject):
    """An extended statistics object.

    Attributes:
        definition: As Postgres writes it.
        statistics_target: When one was set.
    """

    definition: str
    statistics_target: int | None

    kind: ClassVar[str] = "statistics"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [self.definition, *([self._target()] if self.statistics_target is not None else [])]

    def _target(self) -> str:
        value = -1 if self.statistics_target is None else self.statistics_target
        return statement("alter statistics {} set statistics {}", qualified(self.schema, self.name), raw(str(value)))

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop statistics {}", qualified(self.schema, self.name))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Statistics)
        changed = self.own_changes(after)
        return [after._target()] if changed == {"statistics_target"} else (None if changed else [])

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("statistics {}", qualified(self.schema, self.name))
