"""Partitions and children of tables: what they have of their own, and what no SQL is written for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import Trigger
from rempart.catalog.model import Catalog, CatalogObject, Unsupported

_NAMED_NOT_NULL = 18  # the version from which NOT NULL is a constraint with a name


def indexes_above(constraint: Constraint, catalog: Catalog) -> set[Identity]:
    """The indexes of partitioned tables that the index of a partition's own key is a part of.

    Args:
        constraint: The constraint.
        catalog: Where it is.
    """
    if constraint.contype not in "pux":
        return set()
    return {one for one in catalog.dependencies.get(constraint.identity, ()) if one.kind == "index"}


def require_taken_in(constraint: Constraint, catalog: Catalog, made: Mapping[Identity, CatalogObject]) -> None:
    """Refuse a key of a partition that an index of its parent has in it, when that index is there already.

    It has made an index of its own in the partition.

    Args:
        constraint: The constraint.
        catalog: Where it is to be.
        made: The objects that are made.

    Raises:
        Unsupported: It is such a key.
    """
    for index in indexes_above(constraint, catalog):
        if index not in made:
            raise Unsupported(f"{index} already has another index in this partition, in place of that of the key")


def require_no_key(column: Column, catalog: Catalog) -> None:
    """Refuse to change the type of a column that its table, or one that inherits it, is partitioned by.

    Args:
        column: The column.
        catalog: Where it is.

    Raises:
        Unsupported: It is such a column.
    """
    named = re.compile(rf"(?<!\w){re.escape(column.part)}(?!\w)")
    for table in catalog.objects.values():
        if isinstance(table, Table) and table.partition_key and named.search(table.partition_key):
            own = catalog.objects.get(Identity("column", table.schema, table.name, column.part))
            if isinstance(own, Column) and column.identity in (own.identity, *ancestors(own, catalog)):
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


def inherited_from(constraint: Constraint, catalog: Catalog) -> Iterator[Identity]:
    """The constraints of a table's parents that it has from them.

    Args:
        constraint: The constraint.
        catalog: Where it is.
    """
    table = catalog.objects.get(constraint.identity.relation)
    for named in table.parents if isinstance(table, Table) else ():
        parent = Identity("constraint", *named, constraint.part)
        if parent in catalog.objects:
            yield parent


def trigger_above(trigger: Trigger, catalog: Catalog) -> Identity | None:
    """The trigger of a partitioned table that brings that of its partition; None for one of the table's own.

    Args:
        trigger: The trigger.
        catalog: Where it is.
    """
    waiting = [trigger.identity.relation] if trigger.parent_enabled is not None else []
    while waiting:
        table = catalog.objects.get(waiting.pop())
        for named in table.parents if isinstance(table, Table) else ():
            above = catalog.objects.get(Identity("trigger", *named, trigger.part))
            if isinstance(above, Trigger) and above.parent_enabled is None:
                return above.identity
            waiting.append(Identity("table", *named))
    return None


def parent_unchecked(constraint: Constraint, catalog: Catalog) -> bool:
    """Whether a table still has a constraint from a parent, whose rows were not checked.

    Args:
        constraint: The constraint, perhaps as it was elsewhere.
        catalog: Where.
    """
    found = (catalog.objects[one] for one in inherited_from(constraint, catalog))
    return any(isinstance(one, Constraint) and not one.is_valid for one in found)


def has_not_null_of_its_own(column: Column, catalog: Catalog) -> bool:
    """Whether a partition has a NOT NULL under another name than that of its parent.

    Args:
        column: Its column.
        catalog: Where it is.
    """
    above = [catalog.objects[one] for one in ancestors(column, catalog)]
    inherited = next((one for one in above if isinstance(one, Column)), None)
    return (
        catalog.major >= _NAMED_NOT_NULL
        and inherited is not None
        and column.not_null and column.not_null_checked and inherited.not_null and not inherited.not_null_no_inherit
        and column.not_null_constraint() != inherited.not_null_constraint()
    )  # fmt: skip


def own_not_null(column: Column, catalog: Catalog) -> list[str]:
    """The SQL of an inherited column's NOT NULL, where its parent has none.

    Args:
        column: The column.
        catalog: Where it is.

    Raises:
        Unsupported: Its NOT NULL has another name than its parent's: it was there before the table was attached.
    """
    parents = [catalog.objects[one] for one in ancestors(column, catalog)]
    inherited = next((one for one in parents if isinstance(one, Column)), None)
    if not column.not_null or inherited is None:
        return []
    if not inherited.not_null or inherited.not_null_no_inherit:
        return column.own_not_null()
    if catalog.major >= _NAMED_NOT_NULL and column.not_null_constraint() != inherited.not_null_constraint():
        raise Unsupported("its NOT NULL has another name than that of its parent, with which it comes")
    return []


def own_default(column: Column, catalog: Catalog) -> list[str]:
    """The SQL of an inherited column's default, where it is not that of the column with which it comes.

    Args:
        column: The column.
        catalog: Where it is.
    """
    above = [one for parent in ancestors(column, catalog) if isinstance(one := catalog.objects[parent], Column)]
    added = next((one for one in above if one.local), None)
    inherited = added.expression if added is not None else None
    return column.set_default() if not column.generated and column.expression != inherited else []
