"""What has to be done before what, of all that leads from one catalog to another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rempart.catalog import attaching, clustering, inheritance, partitioning, persistence, replica
from rempart.catalog.changed import Changed
from rempart.catalog.compare import order_of
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import Trigger
from rempart.catalog.remaking import CALLED

Node = tuple[str, Identity]

# The order of what need not wait. Grants come last, after the policies that narrow what they give.
_STAGES = {"drop": 0, "privileges": 3, "column privileges": 4, "retire": 5}


class Ordering:
    """Which piece of the work waits for which.

    Args:
        changed: What differs.
        granted: The columns with privileges of their own, by relation.
    """

    def __init__(self, changed: Changed, granted: Mapping[Identity, Collection[Identity]]) -> None:
        self._of, self._granted = changed, granted

    def rank(self, action: str, identity: Identity) -> tuple[object, ...]:
        """The place of a piece among those that need not wait for each other.

        Args:
            action: Its action.
            identity: Its object.
        """
        kind, *name = order_of(identity)
        if identity.kind == "default privileges":
            return (1, kind, *name)
        stage = _STAGES.get(action, 2)
        if identity.kind == "cast":
            # Expressions use casts, and no dependency tells.
            return (1, kind, *name) if stage else (0, 0, *name)
        return (stage, -kind if stage == 0 else kind, *name)

    def order(self, nodes: Mapping[Node, object]) -> Iterator[tuple[Node, Node]]:
        """Which piece has to come before which.

        Args:
            nodes: The pieces.
        """
        for identity in [*self._of.made, *self._of.altered, *self._of.converted]:
            yield from self._waits_of(identity)
        for identity, old in self._of.dropped.items():
            gone = self._unmaker(identity)
            if isinstance(old, Sequence) and identity in self._of.sequences:
                owning = self._maker(self._of.sequences[identity])
                yield (self._maker(identity), owning) if old.of_identity else (owning, ("retire", identity))
                gone = owning if old.of_identity else ("retire", identity)
            for one in self._of.dependents[identity]:
                if one in self._of.retired.get(identity, ()):
                    continue  # the type is only renamed: its columns follow
                if identity in self._of.retired and one in self._of.retired:
                    yield ("retire", one), ("retire", identity)
                    continue
                if one in self._of.redefaulted or (one in self._of.undefaulted and identity.kind in CALLED):
                    yield ("undefault", one), gone
                else:
                    yield self._unmaker(one), gone
                yield ("ownership", one), gone
            if identity in self._of.made:
                yield ("drop", identity), self._maker(identity)
            for column in self._of.retired.get(identity, ()):
                yield ("alter", column), ("retire", identity)
            if inheritance.stays_behind(old, self._of.before, self._of.after):
                yield ("alter", identity.relation), ("drop", identity)
                for parent in partitioning.ancestors(old, self._of.before) if isinstance(old, Column) else ():
                    yield ("alter", identity.relation), self._unmaker(parent)
        for identity in self._of.altered:
            for one in self._of.dependents[identity]:
                if one in self._of.dropped and "sequence" not in (one.kind, identity.kind):
                    yield self._unmaker(one), ("alter", identity)
        for identity, old in self._of.dropped.items():
            if isinstance(old, Column) and identity.relation in self._of.dropped:
                for parent in partitioning.ancestors(old, self._of.before):
                    yield ("drop", identity.relation), ("drop", parent)
        for joining, going, comes_first in attaching.edges(self._of.before, self._of.after, self._of.dropped):
            pair = self._unmaker(going), self._maker(joining)
            yield pair if comes_first else (pair[1], pair[0])
        yield from self._clashes()
        for losing, gaining in clustering.edges(self._of.altered, self._of.made):
            yield ("alter", losing), self._maker(gaining)
        yield from persistence.edges(self._of.before, self._of.after, self._of.altered, self._of.dropped, self._of.made)
        for identity in [*self._of.made, *self._of.altered]:
            yield from self._after_parents(identity)
        for identity in self._of.redefaulted:
            for one in self._of.after.dependencies.get(identity, ()):
                yield self._maker(one), ("default", identity)
        for action, identity in nodes:
            if action in ("privileges", "default", "ownership"):
                yield self._maker(identity), (action, identity)
            elif action == "replica identity":
                table = self._of.after.objects[identity]
                assert isinstance(table, Table)
                yield self._maker(identity), (action, identity)
                for index in replica.indexes_of(table, self._of.after):
                    yield self._maker(index), (action, identity)
            elif action == "column privileges":
                yield ("privileges", identity), (action, identity)
                yield ("create", identity), (action, identity)
                for column in self._granted.get(identity, ()):
                    yield self._maker(column), (action, identity)

    def _after_parents(self, identity: Identity) -> Iterator[tuple[Node, Node]]:
        new = self._of.after.objects[identity]
        if isinstance(new, Constraint) and new.inherited:
            for key in partitioning.inherited_from(new, self._of.after):
                yield self._maker(key), self._maker(identity)
        if isinstance(new, Trigger) and (above := partitioning.trigger_above(new, self._of.after)) is not None:
            yield self._maker(above), self._maker(identity)
        if isinstance(new, Table) and new.bound is not None:
            for other, (old, moved) in self._of.altered.items():
                if isinstance(old, Table) and isinstance(moved, Table) and partitioning.moves(old, moved):
                    yield ("detach", other), self._maker(identity)
        if isinstance(new, Column) and identity in self._of.inlined:
            # A new partition may be partitioned by a column that its parent is about to get.
            for parent in partitioning.ancestors(new, self._of.after):
                if parent in self._of.made and parent not in self._of.inlined:
                    yield ("create", parent), self._maker(identity)
        elif isinstance(new, Column):
            for parent in partitioning.ancestors(new, self._of.after):
                yield self._maker(parent), ("default", identity)
                yield self._maker(parent), ("alter", identity)

    def _waits_of(self, identity: Identity) -> Iterator[tuple[Node, Node]]:
        node = self._maker(identity)
        made = self._of.after.objects[identity]
        needed = set(self._of.after.dependencies.get(identity, frozenset()))
        if isinstance(made, Sequence) and (owning := made.owner_column) is not None:
            tied = node if made.of_identity else ("ownership", identity)
            yield self._maker(owning), tied
            yield self._maker(owning.relation), tied
            needed -= {owning, owning.relation}
        relation = self._of.relation(identity, made)
        first = inheritance.needed_first(made, self._of.before, self._of.after) or identity in self._of.after.passed_on
        if relation in self._of.altered and first:
            needed.discard(relation)
            yield node, self._maker(relation)
        elif relation is not None:
            needed.add(relation)
        if isinstance(made, Constraint):
            # An index of a partitioned table takes in the keys that its partitions have: they come first.
            above = partitioning.indexes_above(made, self._of.after)
            needed -= above
            for index in above:
                yield node, self._maker(index)
        later = self._of.inlined.get(identity)
        if later is not None and identity in {column.identity for column in self._of.new_tables[later].later_defaults}:
            node = ("default", identity)
        for one in needed:
            yield self._maker(one), node

    def _maker(self, identity: Identity) -> Node:
        """The piece after which an object is there as it is to be."""
        if identity in self._of.inlined:
            return "create", self._of.inlined[identity]
        return ("create" if identity in self._of.made else "alter"), identity

    def _unmaker(self, identity: Identity) -> Node:
        """The piece after which an object no longer needs what it needed."""
        if identity not in self._of.dropped:
            return "alter", identity
        old = self._of.dropped[identity]
        if (index := self._of.index_above(old)) is not None:
            return "drop", index
        relation = self._of.relation(identity, old)
        if relation in self._of.dropped and self._of.goes_along(identity, old):
            return "drop", relation
        if (
            isinstance(old, Sequence)
            and (owning := old.owner_column) is not None
            and self._of.goes_along(identity, old)
        ):
            return self._unmaker(owning) if owning in self._of.dropped else ("alter", owning)
        return "drop", identity

    def _clashes(self) -> Iterator[tuple[Node, Node]]:
        takers = {
            name: self._maker(made.owner_column or identity)
            if isinstance(made, Sequence) and made.of_identity
            else self._maker(identity)
            for identity, made in self._of.made.items()
            for name in made.names_taken()
        }
        for identity, old in self._of.dropped.items():
            for name in old.names_taken():
                if name in takers:
                    yield self._unmaker(identity), takers[name]
        # A NOT NULL has a name too, which another column's may be about to take.
        columns = {
            identity: (old, new)
            for identity, (old, new) in self._of.altered.items()
            if isinstance(old, Column) and isinstance(new, Column) and old.not_null_name != new.not_null_name
        }
        holders = {
            (identity.relation, old.not_null_constraint()): identity
            for identity, (old, _) in columns.items()
            if old.not_null
        }
        for identity, (_, new) in columns.items():
            holder = holders.get((identity.relation, new.not_null_constraint())) if new.not_null else None
            if holder is not None and holder != identity:
                yield self._maker(holder), self._maker(identity)
