"""What a table was clustered on: to take that back is of the table, not of the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rempart.catalog.attaching import table_of
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.index import Index
from rempart.catalog.model import CatalogObject


def edges(
    altered: Mapping[Identity, tuple[CatalogObject, CatalogObject]], made: Mapping[Identity, CatalogObject]
) -> Iterator[tuple[Identity, Identity]]:
    """What loses the clustering of a table, and what gets it afterwards.

    Args:
        altered: What is altered, in both states.
        made: What is made.
    """
    losing = {table_of(old): one for one, (old, new) in altered.items() if _clustered(old) and not _clustered(new)}
    gaining = [*made.values(), *(new for old, new in altered.values() if not _clustered(old))]
    for new in gaining:
        if _clustered(new) and (holder := losing.get(table_of(new))) is not None:
            yield holder, new.identity


def _clustered(one: CatalogObject) -> bool:
    return isinstance(one, Index | Constraint) and one.clustered
