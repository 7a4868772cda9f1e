"""Types: composite types, enums, domains, ranges; casts and collations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from psycopg import sql

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import Name, literal, qualified, raw, statement


class _Type(CatalogObject):
    __slots__ = ()

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop type {}", self._named())]

    def _named(self) -> Name:
        return qualified(self.schema, self.name)

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("type {}", self._named())

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return self.target()

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("type", self.schema, self.name),)


@dataclass(frozen=True, slots=True)
class Composite(_Type):
    """A composite type.

    Attributes:
        attributes: Name, type, collation when it is not the type's, and comment of each, in order.
    """

    attributes: tuple[tuple[str, str, str | None, str | None], ...]

    kind: ClassVar[str] = "composite type"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        inside = ", ".join(_attribute(entry) for entry in self.attributes)
        comments = [comment for entry in self.attributes for comment in self._comment(entry)]
        return [statement("create type {} as ({})", self._named(), raw(inside)), *comments]

    def _comment(self, entry: tuple[str, str, str | None, str | None], *, always: bool = False) -> list[str]:
        text = literal(entry[3]) if entry[3] is not None else raw("null")
        named = Name(self.schema, self.name, entry[0])
        return [statement("comment on column {} is {}", named, text)] if always or entry[3] is not None else []

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Composite)
        old, new = ({entry[0]: entry for entry in kind.attributes} for kind in (self, after))
        kept = [name for name in old if name in new]
        if [entry[0] for entry in after.attributes][: len(kept)] != kept:
            return None
        steps = [statement("drop attribute {}", name) for name in old if name not in new]
        for name, entry in new.items():
            if name not in old:
                steps.append(f"add attribute {_attribute(entry)}")
            elif old[name][1:3] != entry[1:3]:
                collation = f" collate {entry[2]}" if entry[2] else ""
                steps.append(statement("alter attribute {} type {}", name, raw(entry[1] + collation)))
        found = [statement("alter type {} {}", self._named(), raw(", ".join(steps)))] if steps else []
        for name, entry in new.items():
            if (old[name][3] if name in old else None) != entry[3]:
                found += self._comment(entry, always=True)
        return found


@dataclass(frozen=True, slots=True)
class Enum(_Type):
    """An enumeration.

    Attributes:
        values: Its values, in order.
    """

    values: tuple[str, ...]

    kind: ClassVar[str] = "enum"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        values = ", ".join(literal(value).as_string() for value in self.values)
        return [statement("create type {} as enum ({})", self._named(), raw(values))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`: values are added where they stand; to take one away is to make the type again."""
        assert isinstance(after, Enum)
        if [value for value in after.values if value in set(self.values)] != list(self.values):
            return None
        found = []
        for index, value in enumerate(after.values):
            if value not in self.values:
                place = ""
                if index:
                    place = f" after {literal(after.values[index - 1]).as_string()}"
                elif self.values:
                    place = f" before {literal(self.values[0]).as_string()}"
                found.append(statement("alter type {} add value {}{}", self._named(), literal(value), raw(place)))
        return found


@dataclass(frozen=True, slots=True)
class Domain(_Type):
    """A domain.

    Attributes:
        base: Its base type.
        not_null: NOT NULL.
        expression: Its default.
        collation: When it is not the base type's.
        constraints: Name, definition and comment of each CHECK.
        not_null_name: Name of its NOT NULL, when it is not the usual one.
        not_null_comment: Comment of its NOT NULL.
    """

    base: str
    not_null: bool
    expression: str | None
    collation: str | None
    constraints: tuple[tuple[str, str, str | None], ...]
    not_null_name: str | None
    not_null_comment: str | None

    kind: ClassVar[str] = "domain"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        made = statement("create domain {} as {}", self._named(), raw(self.base))
        if self.collation:
            made += f" collate {self.collation}"
        if self.expression is not None:
            made += f" default {self.expression}"
        if self.not_null:
            made += " " + self._not_null()
        later = [f"alter domain {self._named().as_string()} add {_constraint(entry)}"
                 for entry in self.constraints if entry[1].endswith(" NOT VALID")]  # fmt: skip
        for entry in self.constraints:
            if not entry[1].endswith(" NOT VALID"):
                made += f"\n    {_constraint(entry)}"
        entries = (*self.constraints, (self.not_null_constraint(), "", self.not_null_comment))
        return [made, *later, *(comment for entry in entries for comment in self._comment(entry))]

    def _not_null(self) -> str:
        return (statement("constraint {} ", self.not_null_name) if self.not_null_name else "") + "not null"

    def not_null_constraint(self) -> str:
        """Name of its NOT NULL: by itself Postgres takes the domain's."""
        return self.not_null_name or f"{self.name}_not_null"[:63]

    def _comment(self, entry: tuple[str, str, str | None], *, always: bool = False) -> list[str]:
        text = literal(entry[2]) if entry[2] is not None else raw("null")
        made = statement("comment on constraint {} on domain {} is {}", entry[0], self._named(), text)
        return [made] if always or entry[2] is not None else []

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop domain {}", self._named())]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Domain)
        if (self.base, self.collation) != (after.base, after.collation):
            return None
        named = raw(f"alter domain {self._named().as_string()}")
        found = []
        if self.expression != after.expression:
            change = f"set default {after.expression}" if after.expression is not None else "drop default"
            found.append(statement("{} {}", named, raw(change)))
        found += self._nullability(after, named)
        old, new = ({entry[0]: entry for entry in domain.constraints} for domain in (self, after))
        for name, entry in old.items():
            if name not in new or new[name][1] != entry[1]:
                found.append(statement("{} drop constraint {}", named, name))
        for name, entry in new.items():
            kept = name in old and old[name][1] == entry[1]
            if not kept:
                found.append(statement("{} add {}", named, raw(_constraint(entry))))
            if (old[name][2] if kept else None) != entry[2]:
                found += self._comment(entry, always=True)
        return found

    def _nullability(self, after: Domain, named: sql.SQL) -> list[str]:
        found, name = [], after.not_null_constraint()
        if self.not_null and not after.not_null:
            return [statement("{} drop not null", named)]
        if after.not_null and not self.not_null:
            how = f"add {after._not_null()}" if after.not_null_name else "set not null"
            found.append(statement("{} {}", named, raw(how)))
        elif self.not_null_constraint() != name:
            found.append(statement("{} rename constraint {} to {}", named, self.not_null_constraint(), name))
        if (self.not_null_comment if self.not_null else None) != after.not_null_comment:
            found += self._comment((name, "", after.not_null_comment), always=True)
        return found

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("domain {}", self._named())


@dataclass(frozen=True, slots=True)
class Range(_Type):
    """A range type.

    Attributes:
        clauses: The clauses of CREATE TYPE … AS RANGE.
    """

    clauses: tuple[str, ...]

    kind: ClassVar[str] = "range type"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [statement("create type {} as range (\n    {}\n)", self._named(), raw(",\n    ".join(self.clauses)))]


@dataclass(frozen=True, slots=True)
class Cast(CatalogObject):
    """A cast of a type (`name`) to another (`part`).

    Attributes:
        function: What does it; `-` for none.
        context: `e` explicit, `a` in assignments, `i` implicit.
        method: `f` by the function, `i` by text, `b` by doing nothing.
    """

    function: str
    context: str
    method: str

    kind: ClassVar[str] = "cast"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        how = {"f": f"with function {self.function}", "i": "with inout", "b": "without function"}[self.method]
        when = {"e": "", "a": " as assignment", "i": " as implicit"}[self.context]
        return [f"create {self.target()} {how}{when}"]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return f"cast ({self.name} as {self.part})"


@dataclass(frozen=True, slots=True)
class Collation(CatalogObject):
    """A collation.

    Attributes:
        provider: `i` ICU, `c` the C library, `b` Postgres.
        deterministic: Whether equal means the same bytes.
        locale: Its locale.
        ctype: Of the C library, when it differs.
    """

    provider: str
    deterministic: bool
    locale: str | None
    ctype: str | None

    kind: ClassVar[str] = "collation"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        provider = {"i": "icu", "c": "libc", "b": "builtin"}.get(self.provider)
        if provider is None or self.locale is None or self.ctype not in (None, self.locale):
            raise Unsupported("no SQL is written for such a collation")
        made = statement("create collation {} (", qualified(self.schema, self.name))
        exact = "" if self.deterministic else ", deterministic = false"
        return [f"{made}provider = {provider}, locale = {literal(self.locale).as_string()}{exact})"]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("collation {}", qualified(self.schema, self.name))


def _attribute(entry: tuple[str, str, str | None, str | None]) -> str:
    return statement("{} {}", entry[0], raw(entry[1])) + (f" collate {entry[2]}" if entry[2] else "")


def _constraint(entry: tuple[str, str, str | None]) -> str:
    return statement("constraint {} {}", entry[0], raw(entry[1]))
