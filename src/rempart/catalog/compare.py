"""Compare two catalogs, object by object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rempart.catalog.identity import Identity
from rempart.catalog.kinds import KINDS
from rempart.catalog.model import Catalog, CatalogObject

_RANK = {kind.kind: rank for rank, (_, kind) in enumerate(KINDS)}


@dataclass(frozen=True)
class Difference:
    """An object that is not the same in two catalogs.

    Attributes:
        identity: Which object.
        before: Its state in the first catalog; None when it is missing there.
        after: Its state in the second catalog; None when it is missing there.
        changes: Names of the fields that differ, when both have it.
    """

    identity: Identity
    before: CatalogObject | None
    after: CatalogObject | None
    changes: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """What leads from the first state to the second: `create`, `drop` or `alter`."""
        if self.before is None:
            return "create"
        return "drop" if self.after is None else "alter"


def compare(before: Catalog, after: Catalog) -> list[Difference]:
    """Every difference between two catalogs, by kind and name.

    Args:
        before: The state to start from.
        after: The state to reach.
    """
    return sorted(_differences(before, after), key=lambda difference: order_of(difference.identity))


def order_of(identity: Identity) -> tuple[int, str, str, str]:
    """The place of an object among others: by kind, then by name.

    Args:
        identity: Its identity.
    """
    return (_RANK[identity.kind], identity.schema, identity.name, identity.part)


def _differences(before: Catalog, after: Catalog) -> Iterator[Difference]:
    for identity, old in before.objects.items():
        new = after.objects.get(identity)
        if new is None:
            yield Difference(identity, old, None)
        elif old != new and (changes := old.changes(new)):
            yield Difference(identity, old, new, changes)
    for identity, new in after.objects.items():
        if identity not in before.objects:
            yield Difference(identity, None, new)
