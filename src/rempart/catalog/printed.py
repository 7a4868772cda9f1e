"""What two databases only print otherwise: one that came by way of a dump prints conditions as they were read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rempart.catalog.compare import Difference, compare
from rempart.catalog.identity import Identity
from rempart.catalog.model import Catalog, CatalogObject

PRINTED = frozenset(
    {"definition", "query", "expression", "using", "with_check", "constraints", "partition_key", "bound", "tables"}
)
"""Fields that Postgres prints from what it has parsed; `tables` are those of a publication, with their row filters."""


def settled(
    before: Catalog, after: Catalog, again: Callable[[], tuple[Catalog, Catalog] | None]
) -> tuple[Catalog, Catalog]:
    """Two catalogs without the differences that go when both databases have come by way of a dump.

    Args:
        before: A catalog.
        after: Another, of the same version; it stays as it is.
        again: Reads both once more, after a dump and a restore; None when they cannot be dumped. Only called when there
            is such a difference.

    Returns:
        The first, in which what is the same after a dump is printed as in the second; and the second.
    """
    doubtful = [one for one in compare(before, after) if one.changes and PRINTED.issuperset(one.changes)]
    read_again = again() if doubtful else None
    if read_again is None:
        return before, after
    first, second = read_again
    same = {
        one.identity: _printed_as(one, one.after)
        for one in doubtful
        if one.after is not None and _same(first.objects, second.objects, one)
    }
    return replace(before, objects={**before.objects, **same}), after


def _same(
    first: Mapping[Identity, CatalogObject], second: Mapping[Identity, CatalogObject], difference: Difference
) -> bool:
    old, new = first.get(difference.identity), second.get(difference.identity)
    return old is not None and new is not None and not set(old.changes(new)).intersection(difference.changes)


def _printed_as(difference: Difference, after: CatalogObject) -> CatalogObject:
    assert difference.before is not None
    return replace(difference.before, **{name: getattr(after, name) for name in difference.changes})
