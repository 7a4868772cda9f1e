"""Partitions and children of tables: what they have of their own, and what no SQL is written for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import Trigger
from rempart.catalog.model import Catalog, CatalogObject, Unsupported


def require_own_parts(
    old: Table, new: Table, made: Mapping[Identity, CatalogObject], dropped: Mapping[Identity, CatalogObject]
) -> None:
    """Refuse to attach or detach a table whose indexes, constraints or triggers become, or were, its parent's.

    Postgres matches them by what they are, not by name.

    Args:
        old: The table before.
        new: The same after.
        made: The objects that are made.
        dropped: The objects that are dropped.

    Raises:
        Unsupported: It has such.
    """
    if (old.bound is None) == (new.bound is None):
        return
    for identity, one in (dropped if old.bound is None else made).items():
        named = one.table if isinstance(one, Index) else one.name
        if isinstance(one, Index | Trigger | Constraint) and (one.schema, named) == (new.schema, new.name):
            raise Unsupported(f"{identity} may become its parent's, or have been")


def require_no_key(column: Column, catalog: Catalog) -> None:
    """Refuse to change the type of a column that a table is partitioned by.

    Args:
        column: The column.
        catalog: Where it is.

    Raises:
        Unsupported: It is such a column.
    """
    table = catalog.objects.get(column.identity.relation)
    key = table.partition_key if isinstance(table, Table) else None
    if key and re.search(rf"(?<!\w){re.escape(column.part)}(?!\w)", key):
        raise Unsupported("the type of a partition key's column cannot be changed")


def moves(old: Table, new: Table) -> bool:
    """Whether a partition gets other bounds, or another table.

    Args:
        old: The table before.
        new: The same after.
    """
    return old.bound is not None and new.bound is not None and (old.bound, old.parents) != (new.bound, new.parents)


def ancestors(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """The columns that a column is inherited from, near ones first.

    Args:
        column: The column.
        catalog: Where it is.
    """
    table = catalog.objects.get(column.identity.relation)
    for named in table.parents if isinstance(table, Table) else ():
        parent = catalog.objects.get(Identity("column", *named, column.part))
        if isinstance(parent, Column):
            yield parent.identity
            yield from ancestors(parent, catalog)


def own_default(column: Column, catalog: Catalog) -> list[str]:
    """The SQL of an inherited column's default, where it is not its parent's.

    Args:
        column: The column.
        catalog: Where it is.
    """
    parent = next((catalog.objects[one] for one in ancestors(column, catalog)), None)
    inherited = parent.expression if isinstance(parent, Column) else None
    return column.set_default() if not column.generated and column.expression != inherited else []
