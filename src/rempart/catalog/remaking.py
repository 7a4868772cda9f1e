"""Which objects have to be dropped and made again, because Postgres cannot alter them or what they stand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from rempart.catalog import persistence
from rempart.catalog.compare import Difference
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.function import Function
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.publication import Publication
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.types import Collation, Composite, Domain, Enum, Range
from rempart.catalog.mentions import mentions
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.statement import qualified

PARTS = ("column", "constraint", "trigger", "rule", "policy")
CALLED = ("function", "aggregate", "operator", "text search configuration", "text search dictionary")
"""The kinds of objects that expressions call, or name as a constant."""
_EXPRESSED = (*CALLED, "column")
"""What expressions of generated columns are made of."""
_REBUILT_WITH_THEIR_COLUMN = ("index", "statistics", "sequence")


def parts_of(catalog: Catalog) -> dict[tuple[str, str], list[Identity]]:
    """The parts of each relation, by its schema and name.

    Args:
        catalog: Where.
    """
    found: dict[tuple[str, str], list[Identity]] = defaultdict(list)
    for identity in catalog.objects:
        if identity.kind in PARTS:
            found[identity.schema, identity.name].append(identity)
    return found


def dependents_of(catalog: Catalog) -> dict[Identity, set[Identity]]:
    """What needs each object directly.

    Args:
        catalog: Where.
    """
    found: dict[Identity, set[Identity]] = defaultdict(set)
    for identity, needed in catalog.dependencies.items():
        for one in needed:
            found[one].add(identity)
    return found


def remade(
    before: Catalog,
    after: Catalog,
    chosen: Mapping[Identity, Difference],
    refused: list[tuple[Identity, str]],
    loose: Collection[Identity] = (),
) -> set[Identity]:
    """The objects that exist before and after, and are dropped and made again in between.

    A type that columns have is among them: it is renamed, made anew, and its columns are converted. So is a sequence
    that becomes an identity column's, or stops being one.

    Args:
        before: The state to start from.
        after: The state to reach.
        chosen: What is to be changed, by identity.
        refused: Where to note what cannot be made again.
        loose: Objects to be made again although they could be altered.
    """
    dependents = dependents_of(before)
    parts = parts_of(before)
    # What needs an object whose name another one takes cannot move from the one to the other in place.
    taken = {name for one in chosen.values() if one.before is None and one.after for name in one.after.names_taken()}
    names = _names_of(before)
    found: set[Identity] = set()
    retyped: set[Identity] = set()
    waiting: list[tuple[Identity, bool]] = [(identity, True) for identity in loose]
    for identity, difference in chosen.items():
        old, new = difference.before, difference.after
        if old is None:
            continue
        if new is None:
            waiting.append((identity, False))
        elif _cannot_be_altered(old, new, after, chosen) or _held_by_others(identity, old, new, before, dependents):
            waiting.append((identity, True))
        elif (
            isinstance(old, Column)
            and isinstance(new, Column)
            and (old.type, old.collation) != (new.type, new.collation)
        ):
            retyped.add(identity)
    waiting += [(key, True) for key in persistence.crossing(before, chosen)]
    for identity in list(retyped):
        waiting += [(one, True) for one in dependents[identity] if _minds(one, before)]
    while waiting:
        identity, again = waiting.pop()
        old = before.objects[identity]
        if again:
            if identity in found or identity not in after.objects:
                continue
            if old.keeps_data() and not isinstance(old, Column | Sequence):
                refused.append((identity, "it would have to be dropped and made again, and lose what it holds"))
                continue
            found.add(identity)
        whole = again and identity.kind in ("table", "view")
        own = set(parts.get((identity.schema, identity.name), ()) if whole else ())
        for one in dependents[identity] | own:
            if one not in after.objects or one in found or identity == one:
                continue
            if one in own:
                waiting.append((one, True))
                continue
            if identity.kind not in ("table", "view") and one.kind == "column":
                # Of a type that is renamed and made anew, columns are converted; of a function, defaults are set again.
                needing = before.objects[one]
                if isinstance(needing, Column) and needing.generated and (again or identity.kind in _EXPRESSED):
                    waiting.append((one, True))
                    continue
                stays = again and identity in after.dependencies.get(one, ())
                if stays and (why := _cannot_be_renamed(old, after.objects[identity])):
                    refused.append((identity, why))
                if isinstance(old, Enum | Domain | Composite) and one not in retyped:
                    retyped.add(one)
                    waiting += [(minding, True) for minding in dependents[one] if _minds(minding, before)]
                continue
            if (
                not taken & names[identity]
                and _lets_go(one, identity, after, chosen)
                and not _needs_what_waits(one, identity, before, after, chosen)
            ):
                continue
            waiting.append((one, True))
    return found


def _names_of(catalog: Catalog) -> dict[Identity, set[tuple[str, str, str]]]:
    """The names that each object takes, with those of its indexes."""
    found: dict[Identity, set[tuple[str, str, str]]] = defaultdict(set)
    for identity, made in catalog.objects.items():
        found[identity].update(made.names_taken())
        if isinstance(made, Index):
            found[Identity("table", made.schema, made.table)].update(made.names_taken())
        elif identity.kind == "constraint":
            found[identity.relation].update(made.names_taken())
    return found


def _cannot_be_altered(
    old: CatalogObject, new: CatalogObject, after: Catalog, chosen: Mapping[Identity, Difference]
) -> bool:
    try:
        if old.alter(new) is None:
            return True
    except Unsupported:
        return False  # said where the statements are written
    return isinstance(old, Enum) and isinstance(new, Enum) and _used_at_once(old, new, after, chosen)


def _held_by_others(
    identity: Identity,
    old: CatalogObject,
    new: CatalogObject,
    before: Catalog,
    dependents: Mapping[Identity, set[Identity]],
) -> bool:
    """Whether columns stand in the way of altering a type.

    Postgres refuses to alter an attribute of a composite that is stored. It lets a domain become stricter while arrays
    or composites of it are stored, and looks at no such rows.
    """
    if isinstance(old, Composite) and isinstance(new, Composite):
        kept = {entry[0]: entry[1:3] for entry in new.attributes}
        if all(kept.get(entry[0], entry[1:3]) == entry[1:3] for entry in old.attributes):
            return False
    elif isinstance(old, Domain) and isinstance(new, Domain):
        added = {entry[:2] for entry in new.constraints} - {entry[:2] for entry in old.constraints}
        if not added and (old.not_null or not new.not_null):
            return False
    else:
        return False
    waiting = [(identity, isinstance(old, Composite))]
    while waiting:
        needed, inside = waiting.pop()
        for one in dependents[needed]:
            made = before.objects[one]
            if isinstance(made, Column) and (inside or made.type.endswith("[]")):
                return True
            if isinstance(made, Domain | Composite | Range):
                waiting.append((one, inside or not isinstance(made, Domain) or made.base.endswith("[]")))
    return False


def _cannot_be_renamed(old: CatalogObject, new: CatalogObject) -> str | None:
    """Why the columns of a type that is made again cannot be converted; None when they can."""
    if isinstance(old, Range | Collation):
        return f"columns have this {old.kind}, which would have to be dropped and made again"
    if isinstance(old, Composite) and isinstance(new, Composite):
        names = [[entry[0] for entry in one.attributes] for one in (old, new)]
        if names[0] != names[1]:
            return "columns have this type, whose attributes cannot be changed so in place"
    return None


def _used_at_once(old: Enum, new: Enum, after: Catalog, chosen: Mapping[Identity, Difference]) -> bool:
    """Whether a value that is added is also mentioned: a transaction cannot use a value that it adds."""
    added = [value for value in new.values if value not in old.values]
    for difference in chosen.values():
        made = difference.after
        if made is None or made is new:
            continue
        partition = isinstance(made, Table) and made.bound
        if not partition and new.identity not in after.dependencies.get(made.identity, ()):
            continue
        if mentions(made, added):
            return True
    return False


def _minds(identity: Identity, catalog: Catalog) -> bool:
    """Whether Postgres refuses to change the type of a column while this object needs it."""
    made = catalog.objects[identity]
    if isinstance(made, Publication):
        return any(condition for _, _, condition in made.tables)
    if identity.kind in _REBUILT_WITH_THEIR_COLUMN:
        return False
    if isinstance(made, Column):
        return bool(made.generated)
    return identity.kind != "constraint" or getattr(made, "contype", "") in "fc"


def _lets_go(one: Identity, of: Identity, after: Catalog, chosen: Mapping[Identity, Difference]) -> bool:
    """Whether an object that needs another is changed, in place, so that it needs it no more."""
    difference = chosen.get(one)
    if difference is None or difference.before is None or difference.after is None:
        return False
    if of in after.dependencies.get(one, ()) or _returns_rows_of(difference.after, of):
        return False
    try:
        return difference.before.alter(difference.after) is not None
    except Unsupported:
        return True


def _needs_what_waits(
    one: Identity, of: Identity, before: Catalog, after: Catalog, chosen: Mapping[Identity, Difference]
) -> bool:
    """Whether an object that lets go of another is to need one that is altered only when that other is gone."""
    needed: set[Identity] = set()
    waiting = [of]
    while waiting:
        for under in before.dependencies.get(waiting.pop(), ()):
            if under not in needed:
                needed.add(under)
                waiting.append(under)
    altered = (need for need in after.dependencies.get(one, ()) if need in needed and need.kind == "view")
    return any(need in chosen for need in altered)


def _returns_rows_of(made: CatalogObject, column: Identity) -> bool:
    """Whether a function in standard SQL returns rows that have a column: its body fits only with or without it."""
    if column.kind != "column" or not isinstance(made, Function) or made.source or made.result is None:
        return False
    return made.result.removeprefix("SETOF ") == qualified(column.schema, column.name).as_string()
