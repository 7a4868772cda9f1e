"""Tables that become partitions, or stop being ones: they keep what they have in common with the parent.

Postgres takes in the indexes and constraints of a table that match those of its new parent, and leaves a table those
that it had from its old one. So both states are compared as if they were the table's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject


def with_what_stays(before: Catalog, after: Catalog) -> tuple[Catalog, Catalog]:
    """Two catalogs, with what such tables have from a parent among their objects.

    Args:
        before: The state to start from.
        after: The state to reach.
    """
    leaving, joining = set(_leaving(before, after)), set(_leaving(after, before))
    return _with_parts(before, leaving), _with_parts(after, joining)


def joins(table: Identity, before: Catalog, after: Catalog) -> bool:
    """Whether a table becomes a partition.

    Args:
        table: The table.
        before: The state to start from.
        after: The state to reach.
    """
    return leaves(table, after, before)


def leaves(table: Identity, before: Catalog, after: Catalog) -> bool:
    """Whether a table stops being a partition.

    Args:
        table: The table.
        before: The state to start from.
        after: The state to reach.
    """
    old, new = before.objects.get(table), after.objects.get(table)
    return isinstance(old, Table) and isinstance(new, Table) and old.bound is not None and new.bound is None


def table_of(one: CatalogObject) -> Identity:
    """The table that an index or a part of a table belongs to.

    Args:
        one: The index or part.
    """
    return Identity("table", one.schema, one.table if isinstance(one, Index) else one.name)


def edges(
    before: Catalog, after: Catalog, dropped: Mapping[Identity, CatalogObject]
) -> Iterator[tuple[Identity, Identity, bool]]:
    """The tables that become or stop being partitions, what is dropped beside, and whether that comes first.

    Args:
        before: The state to start from.
        after: The state to reach.
        dropped: What is dropped.
    """
    parents: dict[Identity, list[Identity]] = {}
    for table in _leaving(before, after):
        old = before.objects[table]
        for parent in old.parents if isinstance(old, Table) else ():
            parents.setdefault(Identity("table", *parent), []).append(table)
    for identity, old in dropped.items():
        if old.kind not in ("index", "constraint", "trigger", "column"):
            continue
        table = table_of(old)
        for child in parents.get(table, ()):
            yield child, identity, False
        if old.kind != "column" and joins(table, before, after):
            yield table, identity, True
        elif identity in before.passed_on:
            yield table, identity, False


def _leaving(before: Catalog, after: Catalog) -> Iterator[Identity]:
    return (identity for identity in before.objects if identity.kind == "table" and leaves(identity, before, after))


def _with_parts(catalog: Catalog, tables: set[Identity]) -> Catalog:
    if not tables:
        return catalog
    parts = {identity: one for identity, one in catalog.passed_on.items() if table_of(one) in tables}
    return replace(catalog, objects={**catalog.objects, **parts})
