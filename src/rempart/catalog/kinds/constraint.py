"""Constraints of tables, other than NOT NULL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import Name, literal, qualified, raw, statement

_NOT_VALID = " NOT VALID"


@dataclass(frozen=True, slots=True)
class Constraint(CatalogObject):
    """A constraint.

    Attributes:
        contype: `p` primary key, `u` unique, `x` exclusion, `f` foreign key, `c` check.
        definition: As Postgres writes it.
        relkind: `relkind` of its table.
        options: Storage parameters of its index.
        tablespace: Of its index, other than the database's.
        clustered: Whether its index is the one the table was clustered on.
        referenced: Of a foreign key, the other table.
        index: Name of its index.
        inherited: Whether it is its parent's, which is NOT VALID, and only its own rows have been checked.
        index_comment: The comment on its index.
        passed_on: See `CatalogObject.from_parent`.
    """

    contype: str
    definition: str
    relkind: str
    options: tuple[str, ...]
    tablespace: str | None
    clustered: bool
    referenced: str | None
    index: str | None
    inherited: bool
    index_comment: str | None
    passed_on: bool

    kind: ClassVar[str] = "constraint"

    @property
    def from_parent(self) -> bool:
        """See `CatalogObject.from_parent`."""
        return self.passed_on

    @property
    def fits_in_table(self) -> bool:
        """Whether CREATE TABLE can hold it: a foreign key may need a later table, and NOT VALID it passes over."""
        return self.contype != "f" and not self.inherited and self.is_valid

    @property
    def is_valid(self) -> bool:
        """Whether every row is known to obey it."""
        return not self.definition.endswith(_NOT_VALID)

    def inline(self) -> str:
        """The constraint as CREATE TABLE takes it."""
        return statement("constraint {} {}", self.part, raw(self.definition))

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if self.inherited:
            return [self._validate()]
        return [f"{self._table()} add {self.inline()}", *self.extras()]

    def _validate(self) -> str:
        return statement("{} validate constraint {}", raw(self._table()), self.part)

    def extras(self) -> list[str]:
        """The SQL of what its definition cannot say: how its index is stored."""
        found = []
        if self.index is not None:
            index = qualified(self.schema, self.index)
            if self.options:
                found.append(statement("alter index {} set ({})", index, raw(", ".join(self.options))))
            if self.tablespace:
                found.append(statement("alter index {} set tablespace {}", index, self.tablespace))
            if self.clustered:
                found.append(f"{self._table()} cluster on {Name(self.index).as_string()}")
            if self.index_comment is not None:
                found.append(self._comment_on_index())
        return found

    def _comment_on_index(self) -> str:
        assert self.index is not None
        text = raw("null") if self.index_comment is None else literal(self.index_comment)
        return statement("comment on index {} is {}", qualified(self.schema, self.index), text)

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        if self.inherited:
            raise Unsupported("that its rows have been checked, unlike its parent's, cannot be taken back")
        return [statement("{} drop constraint {}", raw(self._table()), self.part)]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Constraint)
        changed = self.own_changes(after)
        if changed and (self.inherited or after.inherited):
            raise Unsupported("whether the constraint comes from the parent of the table differs")
        if changed == {"definition"}:
            if self.definition == after.definition + _NOT_VALID:
                return [self._validate()]
            bare, wanted = _without_deferral(self.definition), _without_deferral(after.definition)
            if self.contype == "f" and bare == wanted:
                timing = re.search(r"(?<= )(NOT )?DEFERRABLE.*$", after.definition)
                words = timing.group(0).removesuffix(_NOT_VALID) if timing else "NOT DEFERRABLE"
                return [statement("{} alter constraint {} {}", raw(self._table()), self.part, raw(words.lower()))]
        if changed - {"clustered", "index_comment"}:
            return None
        found = []
        if "clustered" in changed:
            on = statement("cluster on {}", Name(self.index or "")) if after.clustered else "set without cluster"
            found.append(f"{self._table()} {on}")
        if "index_comment" in changed:
            found.append(after._comment_on_index())
        return found

    def _table(self) -> str:
        word = raw("foreign table" if self.relkind == "f" else "table")
        return statement("alter {} {}", word, qualified(self.schema, self.name))

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("constraint {} on {}", self.part, qualified(self.schema, self.name))

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("relation", self.schema, self.index),) if self.index else ()


def _without_deferral(definition: str) -> str:
    return re.sub(r" (NOT )?DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?", "", definition)
