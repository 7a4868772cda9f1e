"""Tables that become logged or unlogged, and the foreign keys between them.

A logged table cannot refer to an unlogged one, at no moment: the tables have to change one after another, and a foreign
key of a circle has to go meanwhile (ATPrepChangePersistence in tablecmds.c).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rempart.catalog.compare import Difference
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject


def crossing(before: Catalog, chosen: Mapping[Identity, Difference]) -> set[Identity]:
    """The foreign keys between tables that change and refer to each other in a circle.

    Args:
        before: The state to start from.
        chosen: What is to be changed, by identity.
    """
    changing = {
        identity for identity, one in chosen.items() if one.before and one.after and _changes(one.before, one.after)
    }
    keys = _between(before, changing)
    referring: dict[Identity, set[Identity]] = defaultdict(set)
    for key, other in keys:
        referring[key.relation].add(other)
    return {key for key, other in keys if key.relation in _reached(other, referring)}


def edges(
    before: Catalog,
    after: Catalog,
    altered: Mapping[Identity, tuple[CatalogObject, CatalogObject]],
    dropped: Mapping[Identity, CatalogObject],
    made: Mapping[Identity, CatalogObject],
) -> Iterator[tuple[tuple[str, Identity], tuple[str, Identity]]]:
    """Which of the tables and foreign keys has to come first.

    Args:
        before: The state to start from.
        after: The state to reach.
        altered: The objects that are altered, in both states.
        dropped: The objects that are dropped.
        made: The objects that are made.
    """
    changing = {identity for identity, states in altered.items() if _changes(*states)}
    for key, other in _between(before, changing):
        own = key.relation
        if key in dropped:
            yield from ((("drop", key), ("alter", table)) for table in (own, other))
        elif isinstance(table := after.objects[own], Table):
            first, then = (own, other) if table.persistence == "u" else (other, own)
            yield ("alter", first), ("alter", then)
    for key, other in _between(after, changing):
        if key in made:
            yield from ((("alter", table), ("create", key)) for table in (key.relation, other))


def _changes(old: CatalogObject, new: CatalogObject) -> bool:
    return isinstance(old, Table) and isinstance(new, Table) and old.persistence != new.persistence


def _between(catalog: Catalog, changing: set[Identity]) -> list[tuple[Identity, Identity]]:
    """The foreign keys of tables to others of which one changes, each with the other table."""
    if not changing:
        return []
    found = []
    for key, one in catalog.objects.items():
        if isinstance(one, Constraint) and one.contype == "f":
            parts = (need for need in catalog.dependencies.get(key, ()) if need.kind in ("column", "constraint"))
            others = {part.relation for part in parts} - {key.relation}
            found += [(key, other) for other in others if changing & {key.relation, other}]
    return found


def _reached(start: Identity, referring: Mapping[Identity, set[Identity]]) -> set[Identity]:
    found, waiting = {start}, [start]
    while waiting:
        for one in referring.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found
