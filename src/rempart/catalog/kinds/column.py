"""Columns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from rempart.catalog.counting import Numbers, bounds_between, past_what_is_stored, put_to_start
from rempart.catalog.kinds.conversion import has_cast, may_lose
from rempart.catalog.kinds.foreign import option_changes
from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import Name, literal, qualified, raw, statement

_IDENTITY = {"a": "always", "d": "by default"}
_NOT_NULL = {"not_null", "not_null_name", "not_null_no_inherit", "not_null_checked"}


@dataclass(frozen=True, slots=True)
class Column(CatalogObject):
    """A column of a table; of a view, when it has a default, a comment or privileges of its own.

    Attributes:
        relkind: `relkind` of its relation.
        position: Its number among the columns; history decides it, so it is not compared.
        type: As Postgres writes it.
        not_null: NOT NULL.
        not_null_name: Name of that constraint, when it is not the usual one.
        not_null_no_inherit: Whether children do not have it.
        expression: Its default, or what it is generated from.
        generated: Empty, `s` stored, `v` virtual.
        identity_kind: Empty, `a` always, `d` by default.
        sequence: Of an identity column: schema, name, start, increment, minimum, maximum, cache, cycle.
        collation: When it is not the type's.
        storage: When it is not the type's.
        compression: When one was chosen.
        statistics: The statistics target, when one was set.
        options: Options of the column, each `name=value`.
        foreign_options: The same of a foreign table's column.
        local: Whether it is declared on the table itself and not only inherited.
        not_null_checked: Whether every row is known to obey NOT NULL; otherwise it is NOT VALID.
        not_null_inherited: Whether it has NOT NULL from a parent, under the parent's name as well.
        has_children: Whether tables may have it from this one.
        not_null_comment: Comment of its NOT NULL.
    """

    relkind: str
    position: int = field(compare=False)
    type: str
    not_null: bool
    not_null_name: str | None
    not_null_no_inherit: bool
    expression: str | None
    generated: str
    identity_kind: str
    sequence: tuple[str, ...] | None
    collation: str | None
    storage: str | None
    compression: str | None
    statistics: int | None
    options: tuple[str, ...]
    foreign_options: tuple[str, ...]
    local: bool
    not_null_checked: bool
    not_null_inherited: bool = field(compare=False)
    has_children: bool = field(compare=False)
    not_null_comment: str | None

    kind: ClassVar[str] = "column"

    def definition(self, *, with_default: bool = True) -> str:
        """The column as CREATE TABLE and ADD COLUMN take it.

        Args:
            with_default: Whether a plain default stands in it.
        """
        parts = [statement("{}", self.part), self.type]
        if self.storage:
            parts.append(f"storage {self.storage}")
        if self.compression:
            parts.append(f"compression {self.compression}")
        if self.collation:
            parts.append(f"collate {self.collation}")
        if self.generated:
            parts.append(f"generated always as ({self.expression}) {'stored' if self.generated == 's' else 'virtual'}")
        elif self.identity_kind:
            parts.append(f"generated {_IDENTITY[self.identity_kind]} as identity ({self._sequence_options()})")
        if self.not_null and self.not_null_checked and (not self.identity_kind or self.not_null_name):
            parts.append(self._not_null())
        if with_default and self.has_default:
            parts.append(f"default {self.expression}")
        return " ".join(parts)

    @property
    def has_default(self) -> bool:
        """Whether it has a default that can be set and dropped by itself."""
        return self.expression is not None and not self.generated

    def _not_null(self) -> str:
        named = statement("constraint {} ", self.not_null_name) if self.not_null_name else ""
        return f"{named}not null" + (" no inherit" if self.not_null_no_inherit else "")

    def _sequence_options(self) -> str:
        assert self.sequence is not None
        schema, name, start, increment, minimum, maximum, cache, cycle = self.sequence
        named = qualified(schema, name).as_string()
        return (
            f"sequence name {named} start with {start} increment by {increment} minvalue {minimum} maxvalue {maximum}"
            f" cache {cache}{' cycle' if cycle == 'true' else ''}"
        )

    def _alter(self, what: str, *, only: bool = False) -> str:
        alone = raw("only " if only and self.has_children else "")
        return statement(
            "alter {} {}{} alter column {} {}", self._relation_kind(), alone, self._table(), self.part, raw(what)
        )

    def _relation_kind(self) -> object:
        return raw({"v": "view", "m": "materialized view", "f": "foreign table"}.get(self.relkind, "table"))

    def _table(self) -> Name:
        return qualified(self.schema, self.name)

    def extras(self, before: Column | None = None) -> list[str]:
        """The SQL of what no column definition can say: statistics target and options.

        Args:
            before: The state to start from; a new column's by default.
        """
        found = [self._unchecked_not_null()] if before is None and self.not_null and not self.not_null_checked else []
        if self.statistics != (before.statistics if before else None):
            found.append(self._alter(f"set statistics {-1 if self.statistics is None else self.statistics}"))
        old = dict(entry.split("=", 1) for entry in (before.options if before else ()))
        new = dict(entry.split("=", 1) for entry in self.options)
        if changed := [f"{key}={value}" for key, value in new.items() if old.get(key) != value]:
            found.append(self._alter(f"set ({', '.join(changed)})"))
        if gone := [key for key in old if key not in new]:
            found.append(self._alter(f"reset ({', '.join(gone)})"))
        if changes := option_changes(before.foreign_options if before else (), self.foreign_options):
            found.append(self._alter(changes))
        return found

    def set_default(self) -> list[str]:
        """The SQL that gives it its default, when it has one. Its children keep theirs."""
        return [self._alter(f"set default {self.expression}", only=True)] if self.has_default else []

    def drop_default(self) -> list[str]:
        """The SQL that takes its default away, when it has one. Its children keep theirs."""
        return [self._alter("drop default", only=True)] if self.has_default else []

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if self.relkind in "vm":
            return [*self.set_default(), *self.extras()]
        added = statement(
            "alter {} {} add column {}", self._relation_kind(), self._table(), raw(self.definition(with_default=True))
        )
        return [added, *self.extras()]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        if self.relkind in "vm":
            found = self.drop_default()
            return found + ([statement("comment on {} is null", raw(str(self.target())))] if self.comment else [])
        return [statement("alter {} {} drop column {}", self._relation_kind(), self._table(), self.part)]

    def retype(self, after: Column, *, by_text: bool = False) -> list[str]:
        """The SQL that gives it another type or collation, with its rows converted.

        Args:
            after: The state to reach.
            by_text: Whether by way of text, as between two enumerations.
        """
        collation = f" collate {after.collation}" if after.collation else ""
        # The children get the type with it, for which their defaults must not stand in the way.
        found = [self._alter("drop default")] if self.has_default or self.has_children else []
        # The rows of a foreign table are elsewhere, and the server refuses to convert them.
        using = "" if self.relkind == "f" else f" using {self.converted(after, self.part, by_text=by_text)}"
        found.append(self._alter(f"type {after.type}{collation}{using}"))
        return found + after.set_default()

    def converted(self, after: Column, *name: str, by_text: bool = False) -> str:
        """The SQL of its values as another type.

        Args:
            after: The state to reach.
            name: What the column is called, with its table where need be.
            by_text: Whether by way of text, as between two enumerations.
        """
        if after.type == f"{self.type}[]":
            # By way of text when the type is a user's: it may have been made anew meanwhile.
            way = f"::text[]::{after.type}" if "." in self.type else ""
            return statement("case when {0} is not null then array[{0}]{1} end", Name(*name), raw(way))
        arrays = self.type.endswith("[]") and after.type.endswith("[]")
        way = ("::text[]" if arrays else "::text") if by_text or not has_cast(self.type, after.type) else ""
        return statement("{}{}::{}", Name(*name), raw(way), raw(after.type))

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Column)
        changed = self.own_changes(after)
        if "relkind" in changed:
            return []  # its table becomes partitioned, say: that is said there
        if "local" in changed:
            raise Unsupported("Postgres has no way from a table's own column to one that is only inherited, nor back")
        if self.generated != after.generated or (self.generated and changed & {"expression", "type", "collation"}):
            return self._generation(after)
        found = []
        loses_identity = bool(self.identity_kind and not after.identity_kind)
        # A column has an identity or a default, and the numbers of its sequence fit into its type.
        identity_first = loses_identity or (bool(self.identity_kind) and self.loses_values(after))
        if identity_first and changed & {"identity_kind", "sequence"}:
            found += self._identity_changes(after)
        if changed & {"type", "collation"}:
            found += self.retype(after)
        elif "expression" in changed:
            found += after.set_default() or self.drop_default()
        if changed & _NOT_NULL:
            found += self._nullability(after)
        if changed & {"identity_kind", "sequence"} and not identity_first:
            found += self._identity_changes(after)
        if "storage" in changed:
            found.append(self._alter(f"set storage {after.storage or 'default'}"))
        if "compression" in changed:
            found.append(self._alter(f"set compression {after.compression or 'default'}"))
        return found + after.extras(self)

    def _generation(self, after: Column) -> list[str] | None:
        if after.generated:
            return None  # what a generated one holds follows from other columns; of a plain one it is lost, and said so
        if self.generated == "s":
            plain = replace(self, generated="", expression=None)
            return [self._alter("drop expression"), *(plain.alter(after) or [])]
        raise Unsupported("a column that holds nothing cannot get the values that it showed")

    def _nullability(self, after: Column) -> list[str]:
        found = []
        if self.identity_kind and not after.not_null:
            return []
        checks = after.not_null_checked and not self.not_null_checked
        if (
            self.not_null and after.not_null and self.not_null_no_inherit == after.not_null_no_inherit
            and (checks or self.not_null_checked == after.not_null_checked)
        ):  # fmt: skip
            old, new = self.not_null_constraint(), after.not_null_constraint()
            if old != new:
                if self.not_null_inherited or after.not_null_inherited:
                    raise Unsupported("a NOT NULL that is inherited cannot be renamed by itself")
                found.append(self.rename_not_null(new))
            if checks:
                found.append(statement("alter table {} validate constraint {}", self._table(), new))
            return found
        if self.not_null:
            found.append(self._alter("drop not null"))
        if after.not_null and not after.not_null_checked:
            found.append(after._unchecked_not_null())
        elif after.not_null:
            if after.not_null_name or after.not_null_no_inherit:
                name = after.not_null_constraint()
                made = statement(
                    "alter table {} add constraint {} not null {}{}",
                    self._table(), name, self.part, raw(" no inherit" if after.not_null_no_inherit else ""),
                )  # fmt: skip
                found.append(made)
            else:
                found.append(self._alter("set not null"))
        return found

    def named_not_null(self) -> str:
        """Its NOT NULL with its name, as CREATE TABLE takes it."""
        return statement("constraint {} not null", self.not_null_constraint())

    def rename_not_null(self, name: str) -> str:
        """The SQL that calls its NOT NULL otherwise.

        Args:
            name: The new name.
        """
        return statement("alter table {} rename constraint {} to {}", self._table(), self.not_null_constraint(), name)

    def _unchecked_not_null(self) -> str:
        return statement(
            "alter table {} add constraint {} not null {}{} not valid",
            self._table(), self.not_null_constraint(), self.part,
            raw(" no inherit" if self.not_null_no_inherit else ""),
        )  # fmt: skip

    def not_null_remarks(self, before: Column | None) -> list[str]:
        """The SQL of the comment of its NOT NULL.

        Args:
            before: The state to start from; None for a new column.
        """
        said = before.not_null_comment if before else None
        again = self.not_null_comment and set(before.changes(self) if before else ()) & _NOT_NULL  # it may be made anew
        if not self.not_null or (said == self.not_null_comment and not again):
            return []
        text = literal(self.not_null_comment) if self.not_null_comment is not None else raw("null")
        name = self.not_null_constraint()
        return [statement("comment on constraint {} on {} is {}", name, self._table(), text)]

    def own_not_null(self) -> list[str]:
        """The SQL that gives it its NOT NULL, which it has not yet."""
        if not self.not_null_checked:
            return [self._unchecked_not_null()]
        return replace(self, not_null=False)._nullability(self)

    def not_null_constraint(self) -> str:
        """Name of its NOT NULL: by itself Postgres takes the table's and the column's."""
        return self.not_null_name or f"{self.name}_{self.part}_not_null"[:63]

    def _identity_changes(self, after: Column) -> list[str]:
        if not self.identity_kind:
            assert after.sequence is not None
            options = after._sequence_options()
            named, numbers = qualified(*after.sequence[:2]), Numbers(*map(int, after.sequence[2:6]))
            return [
                self._alter(f"add generated {_IDENTITY[after.identity_kind]} as identity ({options})"),
                past_what_is_stored(named, self._table(), self.part, numbers),
            ]
        if not after.identity_kind:
            return [self._alter("drop identity")] + ([] if after.not_null else [self._alter("drop not null")])
        assert self.sequence is not None
        assert after.sequence is not None
        if self.sequence[:2] != after.sequence[:2]:
            old, new = qualified(*self.sequence[:2]), Name(after.sequence[1])
            if self.sequence[0] != after.sequence[0]:
                raise Unsupported("the sequence of an identity column cannot change its schema by itself")
            renamed = [statement("alter sequence {} rename to {}", old, new)]
        else:
            renamed = []
        changes = (
            [] if self.identity_kind == after.identity_kind else [f"set generated {_IDENTITY[after.identity_kind]}"]
        )
        if self.sequence[2:] != after.sequence[2:]:
            _, _, start, increment, minimum, maximum, cache, cycle = after.sequence
            counts, to_count = Numbers(*map(int, self.sequence[2:6])), Numbers(*map(int, after.sequence[2:6]))
            if between := bounds_between(counts, to_count, self.type if self.loses_values(after) else after.type):
                renamed.append(self._alter("set minvalue {} set maxvalue {}".format(*between)))
            renamed += put_to_start(qualified(*after.sequence[:2]), counts, to_count)
            changes.append(
                f"set start with {start} set increment by {increment} set minvalue {minimum} set maxvalue {maximum}"
                f" set cache {cache} set {'cycle' if cycle == 'true' else 'no cycle'}"
            )
        return renamed + ([self._alter(" ".join(changes))] if changes else [])

    def loses_values(self, after: Column) -> bool:
        """Whether values may not survive a change of the column.

        Args:
            after: The state to reach.
        """
        return self.relkind != "f" and self.type != after.type and may_lose(self.type, after.type)

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("column {}", Name(self.schema, self.name, self.part))

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return statement("table {}", self._table())

    def keeps_data(self) -> bool:
        """See `CatalogObject.keeps_data`."""
        return self.relkind in "rp" and not self.generated
