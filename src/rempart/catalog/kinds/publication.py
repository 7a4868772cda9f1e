"""Publications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import Name, joined, raw, statement

_GENERATED_COLUMNS = {"n": "none", "s": "stored", "false": "none", "true": "stored"}


@dataclass(frozen=True, slots=True)
class Publication(CatalogObject):
    """A publication.

    Attributes:
        all_tables: FOR ALL TABLES.
        operations: What it publishes.
        via_root: Whether partitions' changes are published as their root's.
        generated_columns: Whether it publishes generated columns: `n` none, `s` stored ones.
        tables: Name, columns and row filter of each table; no columns means all.
        schemas: The schemas it publishes all tables of.
    """

    all_tables: bool
    operations: tuple[str, ...]
    via_root: bool
    generated_columns: str
    tables: tuple[tuple[str, str | None, str | None], ...]
    schemas: tuple[str, ...]

    kind: ClassVar[str] = "publication"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        content = " for all tables" if self.all_tables else (f" for {self._content()}" if self._content() else "")
        made = statement("create publication {}", self.name)
        return [f"{made}{content} with ({self._options()})"]

    def _options(self) -> str:
        options = f"publish = '{', '.join(self.operations)}', publish_via_partition_root = {str(self.via_root).lower()}"
        if self.generated_columns != "n":
            options += f", publish_generated_columns = {_GENERATED_COLUMNS[self.generated_columns]}"
        return options

    def _content(self) -> str:
        parts = [
            f"table {name}{f' ({columns})' if columns else ''}{f' where ({condition})' if condition else ''}"
            for name, columns, condition in self.tables
        ]
        parts += [f"tables in schema {Name(schema).as_string()}" for schema in self.schemas]
        return joined(parts).as_string()

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop publication {}", self.name)]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Publication)
        if self.all_tables != after.all_tables or (not after._content() and self._content()):
            return None
        if self.generated_columns != after.generated_columns:
            return None
        found = []
        if (self.operations, self.via_root) != (after.operations, after.via_root):
            found.append(statement("alter publication {} set ({})", self.name, raw(after._options())))
        if (self.tables, self.schemas) != (after.tables, after.schemas):
            found.append(statement("alter publication {} set {}", self.name, raw(after._content())))
        return found

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("publication {}", self.name)
