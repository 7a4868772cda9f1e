"""Default privileges: what objects to come will grant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject


@dataclass(frozen=True, slots=True)
class DefaultPrivileges(CatalogObject):
    """Default privileges of a role (`name`) for a kind of object (`part`), in a schema or everywhere.

    Attributes:
        built_in: What Postgres grants where nothing else is said; nothing in a schema, whose entries only add.
    """

    built_in: tuple[str, ...]

    kind: ClassVar[str] = "default privileges"

    def create(self) -> list[str]:
        """See `CatalogObject.create`: it is nothing but its privileges."""
        return []

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`: it is nothing but its privileges."""
        return []
