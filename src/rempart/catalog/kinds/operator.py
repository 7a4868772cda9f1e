"""Operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import Name


@dataclass(frozen=True, slots=True)
class Operator(CatalogObject):
    """An operator. `part` is the types of its operands, `none` on the left of a prefix operator.

    Attributes:
        function: What computes it, quoted.
        commutator: Its commutator, as `operator(schema.name)`.
        negator: Its negator, likewise.
        restrict: What estimates how many rows it chooses, quoted.
        join: The same for joins.
        hashes: Whether hash joins can use it.
        merges: Whether merge joins can.
    """

    function: str
    commutator: str | None
    negator: str | None
    restrict: str | None
    join: str | None
    hashes: bool
    merges: bool

    kind: ClassVar[str] = "operator"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        left, _, right = self.part[1:-1].partition(", ")
        clauses = [f"function = {self.function}", f"leftarg = {left}" if left != "none" else "", f"rightarg = {right}"]
        for word in ("commutator", "negator", "restrict", "join"):
            if (value := getattr(self, word)) is not None:
                clauses.append(f"{word} = {value}")
        clauses += [word for word in ("hashes", "merges") if getattr(self, word)]
        body = ",\n    ".join(filter(None, clauses))
        return [f"create operator {self._named()} (\n    {body}\n)"]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`: before Postgres 17 nothing but the estimates can be altered."""
        changed = self.own_changes(after)
        if changed - {"restrict", "join"}:
            return None
        estimates = [f"{word} = {getattr(after, word) or 'none'}" for word in sorted(changed, reverse=True)]
        return [f"alter {self.target()} set ({', '.join(estimates)})"] if estimates else []

    def _named(self) -> str:
        return f"{Name(self.schema).as_string()}.{self.name}"

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return f"operator {self._named()} {self.part}"
