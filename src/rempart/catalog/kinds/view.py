"""Views and materialized views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rempart.catalog import faithful
from rempart.catalog.model import CatalogObject
from rempart.catalog.options import option_changes
from rempart.catalog.statement import Name, qualified, raw, statement


@dataclass(frozen=True, slots=True)
class View(CatalogObject):
    """A view or a materialized view.

    Attributes:
        materialized: Which of the two.
        query: As Postgres writes it.
        options: Each `name=value`, sorted; `security_invoker` is one of them.
        stored_options: The same, in the order in which they are kept.
        columns: Name, type and collation of each column, in order.
        access_method: Of a materialized view, other than heap.
        tablespace: Of a materialized view, other than the database's.
        populated: Whether a materialized view was filled.
    """

    materialized: bool
    query: str
    options: tuple[str, ...]
    stored_options: tuple[str, ...] = field(compare=False)
    columns: tuple[tuple[str, str, str], ...]
    access_method: str | None
    tablespace: str | None
    populated: bool

    kind: ClassVar[str] = "view"

    def changes(self, after: CatalogObject) -> tuple[str, ...]:
        """See `CatalogObject.changes`."""
        found = CatalogObject.changes(self, after)
        if "query" in found and isinstance(after, View) and faithful.same(self.query, after.query):
            return tuple(name for name in found if name != "query")
        return found

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [self._definition("create materialized view" if self.materialized else "create view")]

    def _definition(self, verb: str) -> str:
        parts = [
            verb,
            self._named().as_string(),
            f"({', '.join(Name(column[0]).as_string() for column in self.columns)})",
        ]
        if self.access_method:
            parts.append(f"using {Name(self.access_method).as_string()}")
        if self.stored_options:
            parts.append(f"with ({', '.join(self.stored_options)})")
        if self.tablespace:
            parts.append(f"tablespace {Name(self.tablespace).as_string()}")
        made = " ".join(parts) + " as\n" + faithful.query(self.query).rstrip().removesuffix(";")
        return made + ("\nwith no data" if self.materialized and not self.populated else "")

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop {} {}", raw(self._word()), self._named())]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, View)
        changed = self.own_changes(after)
        if self.materialized != after.materialized:
            return None
        if not self.materialized and ("query" in changed or self.columns != after.columns):
            # CREATE OR REPLACE keeps grants and what depends on it, if the columns there are stay as they are. The
            # options are given again with it: without them it would take security_invoker away.
            keeps_columns = after.columns[: len(self.columns)] == self.columns
            return [after._definition("create or replace view")] if keeps_columns else None
        if "query" in changed or self.columns != after.columns:
            return None
        if self.access_method != after.access_method:
            return None
        found = option_changes(
            f"alter {self._word()} {self._named().as_string()}", self.stored_options, after.stored_options
        )
        if self.tablespace != after.tablespace:
            found.append(
                statement(
                    "alter {} {} set tablespace {}", raw(self._word()), self._named(), after.tablespace or "pg_default"
                )
            )
        if self.materialized and self.populated != after.populated:
            empty = raw("" if after.populated else " with no data")
            found.append(statement("refresh materialized view {}{}", self._named(), empty))
        return found

    def _named(self) -> Name:
        return qualified(self.schema, self.name)

    def _word(self) -> str:
        return "materialized view" if self.materialized else "view"

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("{} {}", raw(self._word()), self._named())

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return statement("table {}", self._named())

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))
