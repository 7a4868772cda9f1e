"""What has to be done about each difference, and what has to wait for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from rempart.catalog import not_null_names, partitioning, persistence, replica, retiring
from rempart.catalog.compare import Difference, order_of
from rempart.catalog.granting import Granting, Setup
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.new_table import NewTable
from rempart.catalog.remaking import PARTS, dependents_of
from rempart.catalog.statement import literal, raw, statement

Node = tuple[str, Identity]
Piece = tuple[str, Identity, Callable[[], list[str]], str | None]
_CALLED = ("function", "aggregate")

# The order of what need not wait. Grants come last, after the policies that narrow what they give.
_STAGES = {"drop": 0, "privileges": 3, "column privileges": 4, "retire": 5}


class Changes:
    """The differences of two catalogs, as things to do.

    Args:
        before: The state to start from.
        after: The state to reach.
        chosen: The differences to close, by identity.
        again: The objects that are dropped and made again.
        setup: Who will run the statements.
    """

    def __init__(
        self, before: Catalog, after: Catalog, chosen: Mapping[Identity, Difference], again: set[Identity], setup: Setup
    ) -> None:
        self._before, self._after, self._setup = before, after, setup
        self._made: dict[Identity, CatalogObject] = {}
        self._dropped: dict[Identity, CatalogObject] = {}
        self._altered: dict[Identity, tuple[CatalogObject, CatalogObject]] = {}
        explicit = not_null_names.explicit(before, after)
        for identity, difference in chosen.items():
            if difference.before is None and difference.after is not None:
                self._made[identity] = explicit(difference.after)
            elif difference.after is None and difference.before is not None:
                self._dropped[identity] = difference.before
            elif identity not in again and difference.before is not None and difference.after is not None:
                self._altered[identity] = difference.before, explicit(difference.after)
        for identity in again:
            self._made[identity] = explicit(after.objects[identity])
            self._dropped[identity] = before.objects[identity]
        self._dependents = dependents_of(before)
        parts: dict[tuple[str, str], list[CatalogObject]] = defaultdict(list)
        for made in self._made.values():
            parts[made.schema, made.name].append(made)
        self._new_tables = {
            identity: NewTable(made, after, self._made, parts[made.schema, made.name])
            for identity, made in self._made.items()
            if isinstance(made, Table)
        }
        self._inlined = {part: table for table, new in self._new_tables.items() for part in new.inlined}
        self._retired = retiring.retired_types(before, after, self._dependents, self._dropped)
        self._sequences = retiring.retired_sequences(before, after, again, self._dropped)
        self._converted = dict.fromkeys(column for columns in self._retired.values() for column in columns)
        self._undefaulted = {
            identity for identity, old in self._dropped.items() if self._calls_what_needs_it(identity, old)
        }
        self._redefaulted = {
            one: column
            for identity in self._dropped
            if identity.kind in _CALLED or identity in self._sequences
            for one in self._dependents[identity]
            if isinstance(column := before.objects[one], Column)
            and column.has_default
            and one in after.objects
            and one not in self._dropped
            and (identity.kind in _CALLED or one not in self._altered)
        }
        self._granting = Granting(before, after, setup, self._made, self._dropped)

    def _calls_what_needs_it(self, identity: Identity, old: CatalogObject) -> bool:
        """Whether a column's default calls a function that needs the column's table, so that neither can go first."""
        if not isinstance(old, Column) or not old.has_default:
            return False
        return self._calls_what_needs(identity, identity.relation)

    def _calls_what_needs(self, identity: Identity, relation: Identity) -> bool:
        """Whether an object calls a function that needs a table."""
        called = [one for one in self._before.dependencies.get(identity, ()) if one.kind in _CALLED]
        needed = (need for one in called for need in self._before.dependencies.get(one, ()))
        return any((need.schema, need.name) == (relation.schema, relation.name) for need in needed)

    def pieces(self) -> Iterator[Piece]:
        """Everything to do: the kind of action, the object, what writes the statements, and what users lose by it."""
        for identity, old in self._dropped.items():
            if identity in self._undefaulted and isinstance(old, Column):
                yield "undefault", identity, old.drop_default, None
            if self._goes_along(identity, old):
                continue
            if identity in self._retired or identity in self._sequences:
                yield "drop", identity, partial(retiring.rename, old), None
                if not isinstance(old, Sequence) or not old.of_identity:
                    yield "retire", identity, partial(retiring.drop, old), None
            else:
                loses = (
                    f"what {identity} holds" if old.keeps_data() and not isinstance(old, DefaultPrivileges) else None
                )
                yield "drop", identity, old.drop, loses
        for identity, new in self._made.items():
            if identity in self._inlined:
                continue
            table = self._new_tables.get(identity)
            if table is not None:
                yield "create", identity, partial(self._create_table, table), None
                for column in table.later_defaults:
                    yield "default", column.identity, column.set_default, None
            elif not self._comes_along(new):
                yield "create", identity, partial(self._create, new), None
            elif isinstance(new, Column):
                yield "default", identity, partial(self._inherit, new), None
            if isinstance(new, Sequence) and new.owned_by and not new.of_identity:
                yield "ownership", identity, new.ownership, None
        for identity, (old, new) in self._altered.items():
            yield "alter", identity, partial(self._alter, old, new), self._loss(old, new)
            if isinstance(old, Sequence) and isinstance(new, Sequence) and old.owned_by != new.owned_by:
                yield "ownership", identity, partial(self._change_ownership, old, new), None
        for identity, column in self._redefaulted.items():
            new = self._after.objects[identity]
            yield "undefault", identity, column.drop_default, None
            if isinstance(new, Column) and new.has_default:
                yield "default", identity, new.set_default, None
        for identity, (old, new) in self._altered.items():
            if isinstance(old, Table) and isinstance(new, Table) and partitioning.moves(old, new):
                yield "detach", identity, old.detach, None
        yield from replica.pieces(self._before, self._after, self._made, self._altered)
        for identity in self._converted:
            new = self._after.objects[identity]
            if identity not in self._altered and isinstance(new, Column) and new.local:
                yield "alter", identity, partial(self._convert, new), None
        yield from self._granting.pieces(self._altered)

    def _inherit(self, new: Column) -> list[str]:
        """What a column has of its own that comes with its parent's."""
        own = partitioning.own_default(new, self._after) + partitioning.own_not_null(new, self._after)
        return own + self._remarks(None, new)

    def _convert(self, column: Column) -> list[str]:
        partitioning.require_no_key(column, self._after)
        return column.retype(column, by_text=True)

    def _change_ownership(self, old: Sequence, new: Sequence) -> list[str]:
        follows = old.owned_by is not None and new.owned_by is None and old.owner != new.owner
        return new.ownership() + (self._owner(new) if follows else [])

    def _loss(self, old: CatalogObject, new: CatalogObject) -> str | None:
        if isinstance(old, Column) and isinstance(new, Column) and old.loses_values(new):
            return f"values of {old.identity} that are no {new.type}"
        return None

    def _goes_along(self, identity: Identity, old: CatalogObject) -> bool:
        """Whether something is dropped with what it belongs to."""
        if isinstance(old, Sequence):
            owning = old.owner_column
            return owning in self._dropped or (old.of_identity and identity not in self._sequences)
        if isinstance(old, Column) and not old.local and old.relkind in "rpf":
            return True
        if isinstance(old, Constraint) and old.inherited and not partitioning.parent_unchecked(old, self._after):
            return True
        relation = self._relation(identity, old)
        if relation is None or relation not in self._dropped:
            return False
        # A foreign key or a policy between tables that are both dropped goes first: each would wait for the other.
        between = identity.kind in ("policy", "rule") or (isinstance(old, Constraint) and old.contype == "f")
        if between and self._references_dropped(identity, relation):
            return False
        return isinstance(old, Column) or not self._calls_what_needs(identity, relation)

    def _references_dropped(self, identity: Identity, own: Identity) -> bool:
        needed = self._before.dependencies.get(identity, frozenset())
        return any(
            Identity("table", one.schema, one.name) in self._dropped
            and (one.schema, one.name) != (own.schema, own.name)
            for one in needed
            if one.kind in ("table", "column", "constraint")
        )

    def _comes_along(self, new: CatalogObject) -> bool:
        """Whether something is made with what it belongs to: an inherited column, with its parent's."""
        return isinstance(new, Column) and not new.local and new.relkind in "rpf"

    def _relation(self, identity: Identity, made: CatalogObject) -> Identity | None:
        if identity.kind in PARTS:
            for kind in ("table", "view"):
                relation = Identity(kind, identity.schema, identity.name)
                if relation in self._before.objects or relation in self._after.objects:
                    return relation
        if isinstance(made, Index):
            kind = "view" if made.table_relkind == "m" else "table"
            return Identity(kind, identity.schema, made.table)
        if identity.kind == "statistics":
            needed = self._before.dependencies.get(identity, self._after.dependencies.get(identity, frozenset()))
            return next((one.relation for one in sorted(needed) if one.kind in ("table", "column")), None)
        return None

    def _create_table(self, table: NewTable) -> list[str]:
        found = [*table.create(), *self._owner(table.table)]
        for part in (table.table, *table.parts):
            found += self._remarks(None, part)
        return found + table.table.switches() + self._granting.close(table.table)

    def _create(self, new: CatalogObject) -> list[str]:
        made = new.create()
        old = self._dropped.get(new.identity)
        if isinstance(old, Sequence) and old.of_identity and new.identity in self._sequences:
            made.append(retiring.go_on(old))
        return made + self._owner(new) + self._remarks(None, new) + self._granting.close(new)

    def _owner(self, new: CatalogObject) -> list[str]:
        if new.owner is None or new.owner == self._setup.role or new.target() is None:
            return []
        if isinstance(new, Sequence) and new.of_identity:
            return []  # its table's owner is its owner
        return [statement("alter {} owner to {}", raw(str(new.target())), new.owner)]

    def _alter(self, old: CatalogObject, new: CatalogObject) -> list[str]:
        found = []
        linked = isinstance(old, Sequence) and old.owned_by is not None  # to a table, whose owner is its owner
        if old.owner != new.owner and new.owner is not None and not linked:
            if new.target() is None:
                raise Unsupported(f"the owner of the {new.kind} is changed by hand")
            found.append(statement("alter {} owner to {}", raw(str(new.target())), new.owner))
        start = old
        if isinstance(old, Column) and isinstance(new, Column):
            if self._comes_along(new) and self._parents_change(new):
                return found + self._follow_parents(old, new) + self._remarks(old, new)
            start = self._moved(old, new)
            if old.type != new.type or old.identity in self._converted:
                partitioning.require_no_key(new, self._after)
            if old.identity in self._converted and old.type == new.type:
                found += old.retype(new, by_text=True)
                start = replace(start, expression=new.expression)
        if isinstance(old, Table) and isinstance(new, Table):
            partitioning.require_own_parts(old, new, self._made, self._dropped)
            if old.parents != new.parents:
                found += self._renamed_before_it_inherits(new)
        changed = start.alter(new)
        if changed is None:
            raise Unsupported("it would have to be dropped and made again")
        found += changed
        return found + self._remarks(old, new)

    def _follow_parents(self, old: Column, new: Column) -> list[str]:
        """What a column still needs when what its parents pass on to it has been changed."""
        found = []
        if not new.generated:
            passed_on = any(
                isinstance(one := self._before.objects.get(parent), Column)
                and isinstance(now := self._after.objects[parent], Column)
                and (one.type, one.collation) != (now.type, now.collation)
                for parent in partitioning.ancestors(new, self._after)
            )
            if passed_on or old.expression != new.expression:
                found += new.set_default() or ([] if passed_on else old.drop_default())
        if new.not_null and not old.not_null:
            found += partitioning.own_not_null(new, self._after)
        return found

    def _moved(self, old: Column, new: Column) -> Column:
        """A column as it is when its table has got the parents it is to have."""
        if not self._inheritance_changes(new):
            return old
        name = new.not_null_name if self._takes_parents_name(old, new) else old.not_null_name
        return replace(old, local=new.local, not_null_name=name, not_null_inherited=new.not_null_inherited)

    def _takes_parents_name(self, old: Column, new: Column) -> bool:
        """Whether a NOT NULL has to be called as its parent's is, before its table inherits that one."""
        return new.not_null_inherited and not old.not_null_inherited and old.not_null and new.not_null

    def _renamed_before_it_inherits(self, table: Table) -> list[str]:
        found = []
        for identity, (old, new) in self._altered.items():
            if isinstance(old, Column) and isinstance(new, Column) and identity.relation == table.identity:
                names = old.not_null_constraint(), new.not_null_constraint()
                if self._takes_parents_name(old, new) and names[0] != names[1]:
                    found.append(old.rename_not_null(names[1]))
        return found

    def _inheritance_changes(self, column: Column) -> bool:
        old, new = (catalog.objects.get(column.identity.relation) for catalog in (self._before, self._after))
        if not isinstance(old, Table) or not isinstance(new, Table) or old.parents == new.parents:
            return False
        # A column that a table has stays its own when the table starts to inherit it; that of a partition does not.
        return column.local or new.bound is not None

    def _parents_change(self, new: CatalogObject) -> bool:
        table = self._after.objects.get(new.identity.relation)
        parents = table.parents if isinstance(table, Table) else ()
        return any(Identity("column", schema, name, new.part) in self._altered for schema, name in parents)

    def _remarks(self, old: CatalogObject | None, new: CatalogObject) -> list[str]:
        if (old.labels if old else ()) != new.labels:
            raise Unsupported("no SQL is written for security labels")
        if new.kind == "extension" and old is None:
            return []  # it brings its own
        if (old.comment if old else None) == new.comment:
            return []
        if new.target() is None:
            raise Unsupported(f"no SQL is written for the comment of a {new.kind}")
        text = literal(new.comment) if new.comment is not None else raw("null")
        return [statement("comment on {} is {}", raw(str(new.target())), text)]

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
        for identity in [*self._made, *self._altered, *self._converted]:
            yield from self._waits_of(identity)
        for identity, old in self._dropped.items():
            gone = self._unmaker(identity)
            if isinstance(old, Sequence) and identity in self._sequences:
                owning = self._maker(self._sequences[identity])
                yield (self._maker(identity), owning) if old.of_identity else (owning, ("retire", identity))
                gone = owning if old.of_identity else ("retire", identity)
            for one in self._dependents[identity]:
                if one in self._retired.get(identity, ()):
                    continue  # the type is only renamed: its columns follow
                if identity in self._retired and one in self._retired:
                    yield ("retire", one), ("retire", identity)
                    continue
                if one in self._redefaulted or (one in self._undefaulted and identity.kind in _CALLED):
                    yield ("undefault", one), gone
                else:
                    yield self._unmaker(one), gone
                yield ("ownership", one), gone
            if identity in self._made:
                yield ("drop", identity), self._maker(identity)
            for column in self._retired.get(identity, ()):
                yield ("alter", column), ("retire", identity)
        for identity in self._altered:
            for one in self._dependents[identity]:
                if one in self._dropped and "sequence" not in (one.kind, identity.kind):
                    yield self._unmaker(one), ("alter", identity)
        for identity, old in self._dropped.items():
            if isinstance(old, Column) and identity.relation in self._dropped:
                for parent in partitioning.ancestors(old, self._before):
                    yield ("drop", identity.relation), ("drop", parent)
        yield from self._clashes()
        yield from persistence.edges(self._before, self._after, self._altered, self._dropped, self._made)
        for identity in [*self._made, *self._altered]:
            yield from self._after_parents(identity)
        for identity in self._redefaulted:
            for one in self._after.dependencies.get(identity, ()):
                yield self._maker(one), ("default", identity)
        for action, identity in nodes:
            if action in ("privileges", "default", "ownership"):
                yield self._maker(identity), (action, identity)
            elif action == "replica identity":
                table = self._after.objects[identity]
                assert isinstance(table, Table)
                yield self._maker(identity), (action, identity)
                for index in replica.indexes_of(table, self._after):
                    yield self._maker(index), (action, identity)
            elif action == "column privileges":
                yield ("privileges", identity), (action, identity)
                yield ("create", identity), (action, identity)
                for column in self._granting.columns.get(identity, ()):
                    yield self._maker(column), (action, identity)

    def _after_parents(self, identity: Identity) -> Iterator[tuple[Node, Node]]:
        new = self._after.objects[identity]
        if isinstance(new, Constraint) and new.inherited:
            for key in partitioning.inherited_from(new, self._after):
                yield self._maker(key), self._maker(identity)
        if isinstance(new, Table) and new.bound is not None:
            for other, (old, moved) in self._altered.items():
                if isinstance(old, Table) and isinstance(moved, Table) and partitioning.moves(old, moved):
                    yield ("detach", other), self._maker(identity)
        if isinstance(new, Column) and identity in self._inlined:
            # A new partition may be partitioned by a column that its parent is about to get.
            for parent in partitioning.ancestors(new, self._after):
                if parent in self._made and parent not in self._inlined:
                    yield ("create", parent), self._maker(identity)
        elif isinstance(new, Column):
            for parent in partitioning.ancestors(new, self._after):
                yield self._maker(parent), ("default", identity)
                yield self._maker(parent), ("alter", identity)

    def _waits_of(self, identity: Identity) -> Iterator[tuple[Node, Node]]:
        node = self._maker(identity)
        made = self._after.objects[identity]
        needed = set(self._after.dependencies.get(identity, frozenset()))
        if isinstance(made, Sequence) and (owning := made.owner_column) is not None:
            tied = node if made.of_identity else ("ownership", identity)
            yield self._maker(owning), tied
            yield self._maker(owning.relation), tied
            needed -= {owning, owning.relation}
        relation = self._relation(identity, made)
        if relation is not None:
            needed.add(relation)
        later = self._inlined.get(identity)
        if later is not None and identity in {column.identity for column in self._new_tables[later].later_defaults}:
            node = ("default", identity)
        for one in needed:
            yield self._maker(one), node

    def _maker(self, identity: Identity) -> Node:
        """The piece after which an object is there as it is to be."""
        if identity in self._inlined:
            return "create", self._inlined[identity]
        return ("create" if identity in self._made else "alter"), identity

    def _unmaker(self, identity: Identity) -> Node:
        """The piece after which an object no longer needs what it needed."""
        if identity not in self._dropped:
            return "alter", identity
        old = self._dropped[identity]
        relation = self._relation(identity, old)
        if relation in self._dropped and self._goes_along(identity, old):
            return "drop", relation
        if isinstance(old, Sequence) and (owning := old.owner_column) is not None and self._goes_along(identity, old):
            return self._unmaker(owning) if owning in self._dropped else ("alter", owning)
        return "drop", identity

    def _clashes(self) -> Iterator[tuple[Node, Node]]:
        takers = {
            name: self._maker(made.owner_column or identity)
            if isinstance(made, Sequence) and made.of_identity
            else self._maker(identity)
            for identity, made in self._made.items()
            for name in made.names_taken()
        }
        for identity, old in self._dropped.items():
            for name in old.names_taken():
                if name in takers:
                    yield self._unmaker(identity), takers[name]
        # A NOT NULL has a name too, which another column's may be about to take.
        columns = {
            identity: (old, new)
            for identity, (old, new) in self._altered.items()
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
