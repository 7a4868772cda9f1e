"""The statements that close each difference of two catalogs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial

from rempart.catalog import inheritance, partitioning, replica, retiring
from rempart.catalog.changed import Changed
from rempart.catalog.granting import Granting, Setup
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.role import Role
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.types import Composite, Enum
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.new_table import NewTable
from rempart.catalog.statement import literal, qualified, raw, statement

Piece = tuple[str, Identity, Callable[[], list[str]], str | None]


class Changes:
    """The differences of two catalogs, as things to do.

    Args:
        changed: What differs.
        setup: Who will run the statements.
    """

    def __init__(self, changed: Changed, setup: Setup) -> None:
        self._of, self._setup = changed, setup
        self._granting = Granting(changed.before, changed.after, setup, changed.made, changed.dropped)

    @property
    def granted(self) -> Mapping[Identity, Collection[Identity]]:
        """The columns with privileges of their own, by relation."""
        return self._granting.columns

    def pieces(self) -> Iterator[Piece]:
        """Everything to do: the kind of action, the object, what writes the statements, and what users lose by it."""
        mine = [
            catalog.objects.get(Identity("role", "", self._setup.role)) for catalog in (self._of.before, self._of.after)
        ]
        limited = any(isinstance(role, Role) and not role.superuser for role in mine)
        for action, identity, make, loses in self._pieces():
            made = self._of.after.objects.get(identity) or self._of.before.objects[identity]
            yield action, identity, self._refuse if limited and made.for_superusers else make, loses

    def _refuse(self) -> list[str]:
        raise Unsupported(f"a superuser has to do it, and {self._setup.role} is none")

    def _pieces(self) -> Iterator[Piece]:
        for identity, old in self._of.dropped.items():
            if identity in self._of.undefaulted and isinstance(old, Column):
                yield "undefault", identity, old.drop_default, None
            if self._of.goes_along(identity, old):
                continue
            if identity in self._of.retired or identity in self._of.sequences:
                yield "drop", identity, partial(retiring.rename, old), None
                if not isinstance(old, Sequence) or not old.of_identity:
                    yield "retire", identity, partial(retiring.drop, old), None
            else:
                loses = (
                    f"what {identity} holds" if old.keeps_data() and not isinstance(old, DefaultPrivileges) else None
                )
                yield "drop", identity, partial(self._drop, old), loses
        for identity, new in self._of.made.items():
            if identity in self._of.inlined:
                continue
            table = self._of.new_tables.get(identity)
            if table is not None:
                yield "create", identity, partial(self._create_table, table), None
                for column in table.later_defaults:
                    yield "default", column.identity, column.set_default, None
            elif not self._of.comes_along(new):
                yield "create", identity, partial(self._create, new), None
            elif isinstance(new, Column):
                yield "default", identity, partial(self._inherit, new), None
            if isinstance(new, Sequence) and new.owned_by and not new.of_identity:
                yield "ownership", identity, new.ownership, None
        for identity, (old, new) in self._of.altered.items():
            yield "alter", identity, partial(self._alter, old, new), self._loss(old, new)
            if isinstance(old, Sequence) and isinstance(new, Sequence) and old.owned_by != new.owned_by:
                yield "ownership", identity, partial(self._change_ownership, old, new), None
        for identity, column in self._of.redefaulted.items():
            new = self._of.after.objects[identity]
            yield "undefault", identity, column.drop_default, None
            if isinstance(new, Column) and new.has_default:
                yield "default", identity, new.set_default, None
        for identity, (old, new) in self._of.altered.items():
            if isinstance(old, Table) and isinstance(new, Table) and partitioning.moves(old, new):
                yield "detach", identity, old.detach, None
        yield from replica.pieces(self._of.before, self._of.after, self._of.made, self._of.altered)
        for identity in self._of.converted:
            new = self._of.after.objects[identity]
            if identity not in self._of.altered and isinstance(new, Column) and new.local:
                yield "alter", identity, partial(self._convert, new), None
        yield from self._granting.pieces(self._of.altered)

    def _drop(self, old: CatalogObject) -> list[str]:
        above = partitioning.indexes_above(old, self._of.before) if isinstance(old, Constraint) else ()
        for index in above:
            raise Unsupported(f"{index} has the index of this key in it, and would have to be made again")
        found = old.drop()
        keys = (one for one in self._of.dependents[old.identity] if one in self._of.dropped)
        if isinstance(old, Index) and any(self._of.index_above(self._of.dropped[one]) for one in keys):
            found[0] += " cascade"  # neither the index nor the key of a partition that is a part of it can go first
        return found

    def _inherit(self, new: Column) -> list[str]:
        """What a column has of its own that comes with its parent's."""
        own = partitioning.own_default(new, self._of.after) + partitioning.own_not_null(new, self._of.after)
        return own + self._remarks(None, new)

    def _convert(self, column: Column) -> list[str]:
        try:
            partitioning.require_no_key(column, self._of.after)
        except Unsupported:
            for identity in self._of.retired:
                old, new = self._of.before.objects[identity], self._of.after.objects.get(identity)
                grows = isinstance(old, Enum) and isinstance(new, Enum) and old.alter(new) is not None
                if grows and column.identity in self._of.retired[identity]:
                    raise Unsupported(
                        f"{identity} gets a value that is used in the same transaction, and is the type of a partition "
                        "key: add the value in a revision before"
                    ) from None
            raise
        return column.retype(column, by_text=True)

    def _change_ownership(self, old: Sequence, new: Sequence) -> list[str]:
        follows = old.owned_by is not None and new.owned_by is None and old.owner != new.owner
        return new.ownership() + (self._owner(new) if follows else [])

    def _loss(self, old: CatalogObject, new: CatalogObject) -> str | None:
        if isinstance(old, Column) and isinstance(new, Column) and old.loses_values(new):
            return None if self._has_all_values(old, new) else f"values of {old.identity} that are no {new.type}"
        return None

    def _has_all_values(self, old: Column, new: Column) -> bool:
        """Whether a column goes from one enum to another, or an array of it, that has all values of the first."""
        values, to_come = _values(old, self._of.before), _values(new, self._of.after)
        return bool(values and to_come and values <= to_come) and old.type.endswith("[]") == new.type.endswith("[]")

    def _create_table(self, table: NewTable) -> list[str]:
        found = [*table.create(), *self._owner(table.table)]
        for part in (table.table, *table.parts):
            if isinstance(part, Constraint):
                partitioning.require_taken_in(part, self._of.after, self._of.made)
            found += self._remarks(None, part)
        return found + table.table.switches() + self._granting.close(table.table)

    def _create(self, new: CatalogObject) -> list[str]:
        if isinstance(new, Constraint):
            partitioning.require_taken_in(new, self._of.after, self._of.made)
        made = new.create()
        old = self._of.dropped.get(new.identity)
        if isinstance(old, Sequence) and old.of_identity and new.identity in self._of.sequences:
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
            if self._of.comes_along(new) and self._parents_change(new):
                return found + self._follow_parents(old, new) + self._remarks(old, new)
            start = self._moved(old, new)
            if old.type != new.type or old.identity in self._of.converted:
                partitioning.require_no_key(new, self._of.after)
            if old.identity in self._of.converted and old.type == new.type:
                found += old.retype(new, by_text=True)
                start = replace(start, expression=new.expression)
        if isinstance(old, Composite) and old.own_changes(new):
            for one in self._of.dependents[old.identity]:
                if isinstance(self._of.before.objects[one], Table):
                    raise Unsupported(f"{one} is of this type, and no SQL is written that changes both")
        if isinstance(old, Table) and isinstance(new, Table):
            inheritance.require_reachable(old, new, self._of.before, self._of.after)
            if old.parents != new.parents:
                found += self._renamed_before_it_inherits(new)
        changed = start.alter(new)
        if changed is None:
            raise Unsupported("it would have to be dropped and made again")
        found += changed
        if isinstance(old, Table) and isinstance(new, Table):
            found += inheritance.left_checks(old, new, self._of.before)
        return found + self._remarks(old, new)

    def _follow_parents(self, old: Column, new: Column) -> list[str]:
        """What a column still needs when what its parents pass on to it has been changed."""
        found = []
        if not new.generated:
            passed_on = any(
                isinstance(one := self._of.before.objects.get(parent), Column)
                and isinstance(now := self._of.after.objects[parent], Column)
                and (one.type, one.collation) != (now.type, now.collation)
                for parent in partitioning.ancestors(new, self._of.after)
            )
            if passed_on or old.expression != new.expression:
                found += new.set_default() or ([] if passed_on else old.drop_default())
        if new.not_null and not old.not_null:
            found += partitioning.own_not_null(new, self._of.after)
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
        for identity, (old, new) in self._of.altered.items():
            if isinstance(old, Column) and isinstance(new, Column) and identity.relation == table.identity:
                names = old.not_null_constraint(), new.not_null_constraint()
                if self._takes_parents_name(old, new) and names[0] != names[1]:
                    found.append(old.rename_not_null(names[1]))
        return found

    def _inheritance_changes(self, column: Column) -> bool:
        old, new = (catalog.objects.get(column.identity.relation) for catalog in (self._of.before, self._of.after))
        if not isinstance(old, Table) or not isinstance(new, Table) or old.parents == new.parents:
            return False
        # A column that a table has stays its own when the table starts to inherit it; that of a partition does not.
        return column.local or new.bound is not None

    def _parents_change(self, new: CatalogObject) -> bool:
        table = self._of.after.objects.get(new.identity.relation)
        parents = table.parents if isinstance(table, Table) else ()
        return any(Identity("column", schema, name, new.part) in self._of.altered for schema, name in parents)

    def _remarks(self, old: CatalogObject | None, new: CatalogObject) -> list[str]:
        if (old.labels if old else ()) != new.labels:
            raise Unsupported("no SQL is written for security labels")
        if new.kind == "extension" and old is None:
            return []  # it brings its own
        found = new.not_null_remarks(old if isinstance(old, Column) else None) if isinstance(new, Column) else []
        if (old.comment if old else None) == new.comment:
            return found
        if new.target() is None:
            raise Unsupported(f"no SQL is written for the comment of a {new.kind}")
        text = literal(new.comment) if new.comment is not None else raw("null")
        return [statement("comment on {} is {}", raw(str(new.target())), text), *found]


def _values(column: Column, catalog: Catalog) -> set[str]:
    """The values of the enum that is a column's type, or the type of its array's elements; none of another type."""
    needed = (catalog.objects.get(one) for one in catalog.dependencies.get(column.identity, ()))
    return {
        value
        for one in needed
        if isinstance(one, Enum) and qualified(one.schema, one.name).as_string() == column.type.removesuffix("[]")
        for value in one.values
    }
