"""Replica identities that are indexes: set when the index is there, and again when it was made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject


def pieces(
    before: Catalog,
    after: Catalog,
    made: Mapping[Identity, CatalogObject],
    altered: Mapping[Identity, tuple[CatalogObject, CatalogObject]],
) -> Iterator[tuple[str, Identity, Callable[[], list[str]], None]]:
    """What is to be set, as `Changes.pieces` gives it.

    Args:
        before: The state to start from.
        after: The state to reach.
        made: The objects that are made.
        altered: The objects that are altered.
    """
    touched = [
        Identity("table", one.schema, new.table) if isinstance(new, Index) else one.relation
        for one, new in made.items()
    ]  # fmt: skip
    for identity in dict.fromkeys([*touched, *altered]):
        table, old = after.objects.get(identity), before.objects.get(identity)
        if not isinstance(table, Table) or not table.identity_index:
            continue
        same = isinstance(old, Table) and old.replica_identity == table.replica_identity
        if not same or any(one in made for one in indexes_of(table, after)):
            yield "replica identity", identity, table.identify, None


def indexes_of(table: Table, catalog: Catalog) -> list[Identity]:
    """The indexes of a table, and the constraints that have one.

    Args:
        table: The table.
        catalog: Where it is.
    """
    return [
        identity
        for identity, one in catalog.objects.items()
        if one.schema == table.schema
        and (
            (isinstance(one, Index) and one.table == table.name)
            or (isinstance(one, Constraint) and one.name == table.name and one.index is not None)
        )
    ]
