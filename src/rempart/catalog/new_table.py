"""A table that is made with its columns and constraints at once, and what has to follow later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.table import OWN_INDEX_PARTS, Table
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.partitioning import has_not_null_of_its_own, own_not_null
from rempart.catalog.statement import qualified, raw, statement

_KEY = re.compile(r"^(PRIMARY KEY|UNIQUE)(?= )")


class NewTable:
    """A table to be made.

    Args:
        table: The table.
        after: The catalog it is to be in.
        made: All objects that are to be made.
        parts: Those of them that are the table's own.

    Attributes:
        table: The table.
        inlined: Its columns, and those constraints that CREATE TABLE can hold.
        later_defaults: Columns whose default has to wait, for it needs something that needs the table.
    """

    def __init__(
        self, table: Table, after: Catalog, made: Mapping[Identity, CatalogObject], parts: Iterable[CatalogObject]
    ) -> None:
        self.table = table
        self._after, self._made = after, made
        own = tuple(parts)
        self._columns = sorted((one for one in own if isinstance(one, Column)), key=lambda column: column.position)
        self._constraints = _first_of_equal_keys(
            one for one in own if isinstance(one, Constraint) and one.fits_in_table and not self._waits(one)
        )
        self.later_defaults = [one for one in self._columns if one.has_default and self._waits(one)]
        self.inlined = {one.identity for one in self.parts}

    @property
    def parts(self) -> list[Column | Constraint]:
        """The columns and constraints that are made with the table."""
        return [*self._columns, *self._constraints]

    def _waits(self, part: CatalogObject) -> bool:
        """Whether a part needs something to be made that itself needs the table."""
        seen: set[Identity] = set()
        waiting = [part.identity]
        while waiting:
            for one in self._after.dependencies.get(waiting.pop(), ()):
                if one in seen or one not in self._made:
                    continue
                seen.add(one)
                own = (one.schema, one.name) == (self.table.schema, self.table.name)
                if one.kind in ("function", "aggregate", "view", "sequence") and not own:
                    if one.kind != "sequence" and self._needs_table(one):
                        return True
                    waiting.append(one)
        return False

    def _needs_table(self, identity: Identity) -> bool:
        needed = self._after.dependencies.get(identity, frozenset())
        return any((one.schema, one.name) == (self.table.schema, self.table.name) for one in needed)

    def create(self) -> list[str]:
        """The SQL that makes it.

        Raises:
            Unsupported: None is written for such a table.
        """
        waiting = {column.identity for column in self.later_defaults}
        columns = [column for column in self._columns if column.local or not self.table.parents]
        pieces = [column.definition(with_default=column.identity not in waiting) for column in columns]
        checks = self._constraints
        if self.table.bound is not None:
            found = self._partition()
            found += [statement for constraint in checks for statement in constraint.create()]
        else:
            pieces += [constraint.inline() for constraint in checks]
            found = self.table.create_with(pieces)
            found += [extra for constraint in checks for extra in constraint.extras()]
        named = self._named_otherwise()
        for column in (column for column in self._columns if column not in columns):
            found += self._own_default(column)
            found += own_not_null(column, self._after) if column not in named else []
        return found + [extra for column in self._columns for extra in column.extras()]

    def _partition(self) -> list[str]:
        table = self.table
        if table.index_names:
            raise Unsupported(OWN_INDEX_PARTS)
        own = [statement("{} {}", one.part, raw(one.named_not_null())) for one in self._named_otherwise()]
        made = statement(
            "create {} {} partition of {} {}{}{}", raw(table.word), qualified(table.schema, table.name),
            qualified(*table.parents[0]), raw(f"({', '.join(own)}) " if own else ""), raw(table.bound or ""),
            raw(table.on_server()),
        )  # fmt: skip
        if table.partition_key:
            made += f" partition by {table.partition_key}"
        if table.stored_options:
            made += f" with ({', '.join(table.stored_options)})"
        if table.tablespace:
            made += statement(" tablespace {}", table.tablespace)
        return [made]

    def _named_otherwise(self) -> list[Column]:
        """The columns of a partition whose NOT NULL is not called as its parent's is."""
        if self.table.bound is None:
            return []
        return [column for column in self._columns if has_not_null_of_its_own(column, self._after)]

    def _own_default(self, column: Column) -> list[str]:
        """The default of an inherited column, where it is not its parent's."""
        for parent in self.table.parents:
            inherited = self._after.objects.get(Identity("column", *parent, column.part))
            if isinstance(inherited, Column) and inherited.expression != column.expression and not column.generated:
                return column.set_default()
        return []


def _first_of_equal_keys(constraints: Iterable[Constraint]) -> list[Constraint]:
    """What one CREATE TABLE can hold: of keys that are equal it makes the first only, and says nothing."""
    found: dict[str, Constraint] = {}
    for one in sorted(constraints, key=lambda one: (one.contype != "p", one.part)):
        found.setdefault(_KEY.sub("", one.definition) if one.contype in "pux" else one.part, one)
    return list(found.values())
