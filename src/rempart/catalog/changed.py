"""What is made, dropped, altered and made again between two states of a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from rempart.catalog import inheritance, not_null_names, partitioning, retiring
from rempart.catalog.compare import Difference
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import Trigger
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.new_table import NewTable
from rempart.catalog.remaking import CALLED, PARTS, dependents_of


class Changed:
    """The objects of two catalogs that differ, by what becomes of them.

    Args:
        before: The state to start from.
        after: The state to reach.
        chosen: The differences to close, by identity.
        again: The objects that are dropped and made again.

    Attributes:
        before: The state to start from.
        after: The state to reach.
        made: What is made, that which is made again included.
        dropped: What is dropped, that which is made again included.
        altered: What is altered in place, in both states.
        dependents: What needs each object, before.
        new_tables: The tables that are made.
        inlined: What CREATE TABLE makes with its table, and the table.
        retired: The types that stay under another name for a while, and the columns to be converted.
        sequences: The sequences that become an identity column's, or stop being one, and the column.
        converted: The columns that are converted to a type that is made again.
        undefaulted: The columns whose default goes before they do.
        redefaulted: The columns whose default goes and comes back.
    """

    def __init__(
        self, before: Catalog, after: Catalog, chosen: Mapping[Identity, Difference], again: set[Identity]
    ) -> None:
        self.before, self.after = before, after
        self.made: dict[Identity, CatalogObject] = {}
        self.dropped: dict[Identity, CatalogObject] = {}
        self.altered: dict[Identity, tuple[CatalogObject, CatalogObject]] = {}
        explicit = not_null_names.explicit(before, after)
        for identity, difference in chosen.items():
            if difference.before is None and difference.after is not None:
                self.made[identity] = explicit(difference.after)
            elif difference.after is None and difference.before is not None:
                self.dropped[identity] = difference.before
            elif identity not in again and difference.before is not None and difference.after is not None:
                self.altered[identity] = difference.before, explicit(difference.after)
        for identity in again:
            self.made[identity] = explicit(after.objects[identity])
            self.dropped[identity] = before.objects[identity]
        for identity, new in after.objects.items():
            # A trigger that is replaced, or switched, has its partitions' triggers follow it.
            above = partitioning.trigger_above(new, after) if isinstance(new, Trigger) else None
            old = before.objects.get(identity)
            follows = above in self.altered or (above in self.made and identity not in self.made)
            if follows and isinstance(new, Trigger) and isinstance(old, Trigger):
                self.altered[identity] = replace(old, enabled=str(new.parent_enabled)), new
        self.dependents = dependents_of(before)
        parts: dict[tuple[str, str], list[CatalogObject]] = defaultdict(list)
        for made in self.made.values():
            parts[made.schema, made.name].append(made)
        self.new_tables = {
            identity: NewTable(made, after, self.made, parts[made.schema, made.name])
            for identity, made in self.made.items()
            if isinstance(made, Table)
        }
        self.inlined = {part: table for table, new in self.new_tables.items() for part in new.inlined}
        self.retired = retiring.retired_types(before, after, self.dependents, self.dropped)
        self.sequences = retiring.retired_sequences(before, after, again, self.dropped)
        self.converted = dict.fromkeys(column for columns in self.retired.values() for column in columns)
        self.undefaulted = {
            identity for identity, old in self.dropped.items() if self._calls_what_needs_it(identity, old)
        }
        self.redefaulted = {
            one: column
            for identity in self.dropped
            if identity.kind in CALLED or identity in self.sequences
            for one in self.dependents[identity]
            if isinstance(column := before.objects[one], Column)
            and column.has_default
            and one in after.objects
            and one not in self.dropped
            and (identity.kind in CALLED or one not in self.altered)
        }

    def _calls_what_needs_it(self, identity: Identity, old: CatalogObject) -> bool:
        """Whether a column's default calls a function that needs the column's table, so that neither can go first."""
        if not isinstance(old, Column) or not old.has_default:
            return False
        return self._calls_what_needs(identity, identity.relation)

    def _calls_what_needs(self, identity: Identity, relation: Identity) -> bool:
        """Whether an object calls a function that needs a table."""
        called = [one for one in self.before.dependencies.get(identity, ()) if one.kind in CALLED]
        needed = (need for one in called for need in self.before.dependencies.get(one, ()))
        return any((need.schema, need.name) == (relation.schema, relation.name) for need in needed)

    def goes_along(self, identity: Identity, old: CatalogObject) -> bool:
        """Whether something is dropped with what it belongs to.

        Args:
            identity: What is dropped.
            old: The same, as it is.
        """
        if isinstance(old, Sequence):
            owning = old.owner_column
            return owning in self.dropped or (old.of_identity and identity not in self.sequences)
        if isinstance(old, Column) and not old.local and old.relkind in "rpf":
            return identity.relation in self.dropped or not inheritance.stays_behind(old, self.before, self.after)
        if isinstance(old, Constraint) and old.inherited and not partitioning.parent_unchecked(old, self.after):
            return True
        if self.index_above(old) is not None:
            return True
        above = partitioning.trigger_above(old, self.before) if isinstance(old, Trigger) else None
        if above in self.dropped or above in self.altered:
            return True
        relation = self.relation(identity, old)
        if relation is None or relation not in self.dropped:
            return False
        # A foreign key or a policy between tables that are both dropped goes first: each would wait for the other.
        between = identity.kind in ("policy", "rule") or (isinstance(old, Constraint) and old.contype == "f")
        if between and self._references_dropped(identity, relation):
            return False
        return isinstance(old, Column) or not self._calls_what_needs(identity, relation)

    def index_above(self, old: CatalogObject) -> Identity | None:
        """The index of a partitioned table that takes a key of its partition with it; None for another constraint.

        Args:
            old: What is dropped.
        """
        above = partitioning.indexes_above(old, self.before) if isinstance(old, Constraint) else ()
        return next((one for one in above if one in self.dropped), None)

    def _references_dropped(self, identity: Identity, own: Identity) -> bool:
        needed = self.before.dependencies.get(identity, frozenset())
        return any(
            Identity("table", one.schema, one.name) in self.dropped and (one.schema, one.name) != (own.schema, own.name)
            for one in needed
            if one.kind in ("table", "column", "constraint")
        )

    def comes_along(self, new: CatalogObject) -> bool:
        """Whether something is made with what it belongs to: an inherited column, with its parent's.

        Args:
            new: What is made.
        """
        return isinstance(new, Column) and not new.local and new.relkind in "rpf"

    def relation(self, identity: Identity, made: CatalogObject) -> Identity | None:
        """The table or view that something belongs to; None for what stands by itself.

        Args:
            identity: What.
            made: The same, as it is or is to be.
        """
        if identity.kind in PARTS:
            for kind in ("table", "view"):
                relation = Identity(kind, identity.schema, identity.name)
                if relation in self.before.objects or relation in self.after.objects:
                    return relation
        if isinstance(made, Index):
            kind = "view" if made.table_relkind == "m" else "table"
            return Identity(kind, identity.schema, made.table)
        if identity.kind == "statistics":
            needed = self.before.dependencies.get(identity, self.after.dependencies.get(identity, frozenset()))
            return next((one.relation for one in sorted(needed) if one.kind in ("table", "column")), None)
        return None
