"""What is made again while columns have it: renamed, replaced, and dropped when no column has it.

Types are, and sequences that become an identity column's or stop being one, which have to go on where they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.types import Composite, Domain, Enum, Range
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.statement import Name, literal, raw, statement

_RETIRED = "_before"
_KINDS = tuple(one.kind for one in (Enum, Domain, Composite, Range))


def retired_types(
    before: Catalog,
    after: Catalog,
    dependents: Mapping[Identity, set[Identity]],
    dropped: Collection[Identity],
) -> dict[Identity, list[Identity]]:
    """The types that stay under another name until nothing has them, and the columns to be converted to the new ones.

    Args:
        before: The state to start from.
        after: The state to reach.
        dependents: What needs each object.
        dropped: The objects that are dropped, those that are made again among them.
    """

    def replaced(identity: Identity) -> bool:
        # An enum that becomes a domain, say: its columns name the same type as before.
        return any(Identity(kind, identity.schema, identity.name) in after.objects for kind in _KINDS)

    def columns(identity: Identity) -> list[Identity]:
        if not isinstance(before.objects[identity], Enum | Domain | Composite) or not replaced(identity):
            return []
        return [
            one for one in dependents[identity]
            if one.kind == "column" and one in after.objects and one not in dropped
        ]  # fmt: skip

    found = {identity: staying for identity in dropped if (staying := columns(identity))}
    waiting = list(found)
    while waiting:
        # What a retired type is made of has to stay as long as it does.
        for needed in before.dependencies.get(waiting.pop(), ()):
            if (
                needed in dropped
                and needed not in found
                and isinstance(before.objects[needed], Enum | Domain | Composite)
            ):
                found[needed] = []
                waiting.append(needed)
    return found


def retired_sequences(
    before: Catalog, after: Catalog, again: Collection[Identity], dropped: Collection[Identity]
) -> dict[Identity, Identity]:
    """The sequences that become an identity column's, or stop being one, and the columns of which they are.

    Args:
        before: The state to start from.
        after: The state to reach.
        again: The objects that are made again.
        dropped: The objects that are dropped.
    """
    found = {}
    for identity in again:
        old, new = before.objects[identity], after.objects[identity]
        if isinstance(old, Sequence) and isinstance(new, Sequence) and old.of_identity != new.of_identity:
            column = old.owner_column if old.of_identity else new.owner_column
            if column is not None and old.owner_column not in dropped:
                found[identity] = column
    return found


def rename(old: CatalogObject) -> list[str]:
    """The SQL that moves a type or a sequence out of the way of the new one.

    Args:
        old: The type or sequence.
    """
    if isinstance(old, Sequence):
        return [statement("alter sequence {} rename to {}", Name(old.schema, old.name), f"{old.name}{_RETIRED}")]
    word = raw("domain" if isinstance(old, Domain) else "type")
    retired = Name(old.schema, f"{old.name}{_RETIRED}")
    found = [statement("alter {} {} rename to {}", word, Name(old.schema, old.name), f"{old.name}{_RETIRED}")]
    if isinstance(old, Domain):
        # It keeps nothing that needs a function or a type which changes as well.
        found += [statement("alter domain {} drop constraint {}", retired, entry[0]) for entry in old.constraints]
        if old.not_null:
            found.append(statement("alter domain {} drop not null", retired))
        if old.expression is not None:
            found.append(statement("alter domain {} drop default", retired))
    return found


def go_on(old: Sequence) -> str:
    """The SQL that has a new sequence go on where the one that was renamed stands.

    Args:
        old: The sequence.
    """
    named = Name(old.schema, old.name).as_string()
    retired = Name(old.schema, f"{old.name}{_RETIRED}")
    return statement(
        "select pg_catalog.setval({}, last_value, is_called) from {} where is_called or last_value <> {}",
        literal(named), retired, raw(str(old.start)),
    )  # fmt: skip


def drop(old: CatalogObject) -> list[str]:
    """The SQL that drops a type or a sequence that was renamed.

    Args:
        old: The type or sequence.
    """
    if isinstance(old, Sequence):
        return [go_on(old), statement("drop sequence {}", Name(old.schema, f"{old.name}{_RETIRED}"))]
    word = raw("domain" if isinstance(old, Domain) else "type")
    return [statement("drop {} {}", word, Name(old.schema, f"{old.name}{_RETIRED}"))]
