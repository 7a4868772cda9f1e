"""Schemas, extensions and the database itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import raw, statement


@dataclass(frozen=True, slots=True)
class Database(CatalogObject):
    """The database itself: its owner, its privileges, its encoding. Its name is no part of it."""

    encoding: str

    kind: ClassVar[str] = "database"

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        if self.own_changes(after):
            raise Unsupported("the encoding of a database cannot be changed")
        return []


@dataclass(frozen=True, slots=True)
class Schema(CatalogObject):
    """A schema."""

    kind: ClassVar[str] = "schema"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [statement("create schema {}", self.name)]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop schema {}", self.name)]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("schema {}", self.name)

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return self.target()


@dataclass(frozen=True, slots=True)
class Extension(CatalogObject):
    """An extension; what it brings along is its own business.

    Attributes:
        in_schema: The schema its objects are in.
        version: Its version.
    """

    in_schema: str
    version: str

    kind: ClassVar[str] = "extension"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [statement("create extension {} with schema {}", self.name, self.in_schema)]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop extension {}", self.name)]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Extension)
        changes = []
        if self.in_schema != after.in_schema:
            changes.append(statement("alter extension {} set schema {}", self.name, after.in_schema))
        if self.version != after.version:
            changes.append(statement("alter extension {} update to {}", self.name, raw(f"'{after.version}'")))
        return changes

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("extension {}", self.name)

    def keeps_data(self) -> bool:
        """See `CatalogObject.keeps_data`."""
        return True
