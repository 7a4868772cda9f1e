"""Types that are made again while columns have them: renamed, replaced, and dropped when no column has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.types import Composite, Domain, Enum
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.statement import Name, raw, statement

_RETIRED = "_before"


def retired_types(
    before: Catalog,
    after: Catalog,
    again: Collection[Identity],
    dependents: Mapping[Identity, set[Identity]],
    dropped: Collection[Identity],
) -> dict[Identity, list[Identity]]:
    """The types that stay under another name until nothing has them, and the columns to be converted to the new ones.

    Args:
        before: The state to start from.
        after: The state to reach.
        again: The objects that are made again.
        dependents: What needs each object.
        dropped: The objects that are dropped.
    """

    def columns(identity: Identity) -> list[Identity]:
        if not isinstance(before.objects[identity], Enum | Domain | Composite):
            return []
        return [
            one for one in dependents[identity]
            if one.kind == "column" and one in after.objects and one not in dropped
        ]  # fmt: skip

    found = {identity: staying for identity in again if (staying := columns(identity))}
    waiting = list(found)
    while waiting:
        # What a retired type is made of has to stay as long as it does.
        for needed in before.dependencies.get(waiting.pop(), ()):
            if (
                needed in again
                and needed not in found
                and isinstance(before.objects[needed], Enum | Domain | Composite)
            ):
                found[needed] = []
                waiting.append(needed)
    return found


def rename(old: CatalogObject) -> list[str]:
    """The SQL that moves a type out of the way of the new one.

    Args:
        old: The type.
    """
    word = raw("domain" if isinstance(old, Domain) else "type")
    retired = Name(old.schema, f"{old.name}{_RETIRED}")
    found = [statement("alter {} {} rename to {}", word, Name(old.schema, old.name), f"{old.name}{_RETIRED}")]
    if isinstance(old, Domain):
        # It keeps nothing that needs a function or a type which changes as well.
        found += [statement("alter domain {} drop constraint {}", retired, entry[0]) for entry in old.constraints]
        if old.expression is not None:
            found.append(statement("alter domain {} drop default", retired))
    return found


def drop(old: CatalogObject) -> list[str]:
    """The SQL that drops a type that was renamed.

    Args:
        old: The type.
    """
    word = raw("domain" if isinstance(old, Domain) else "type")
    return [statement("drop {} {}", word, Name(old.schema, f"{old.name}{_RETIRED}"))]
