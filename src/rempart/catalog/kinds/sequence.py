"""Sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.counting import Numbers, bounds_between, put_to_start
from rempart.catalog.identity import Identity
from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import Name, qualified, raw, statement


@dataclass(frozen=True, slots=True)
class Sequence(CatalogObject):
    """A sequence.

    Attributes:
        type: Its integer type.
        start: START WITH.
        increment: INCREMENT BY.
        minimum: MINVALUE.
        maximum: MAXVALUE.
        cache: CACHE.
        cycle: CYCLE.
        persistence: `p` permanent, `u` unlogged.
        owned_by: The column it goes with: schema, table, column.
        of_identity: Whether it is the sequence of an identity column, which makes, changes and drops it.
    """

    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    persistence: str
    owned_by: tuple[str, str, str] | None
    of_identity: bool

    kind: ClassVar[str] = "sequence"

    @property
    def owner_column(self) -> Identity | None:
        """The column it goes with."""
        return Identity("column", *self.owned_by) if self.owned_by is not None else None

    def create(self) -> list[str]:
        """See `CatalogObject.create`; its owning column may not exist yet, see `ownership`."""
        if self.of_identity:
            return []
        unlogged = raw("unlogged " if self.persistence == "u" else "")
        return [
            statement("create {}sequence {} as {} {}", unlogged, self._named(), raw(self.type), raw(self._numbers()))
        ]

    def ownership(self) -> list[str]:
        """The SQL that ties it to its column, or unties it."""
        if self.of_identity:
            return []
        column = Name(*self.owned_by) if self.owned_by else raw("none")
        return [statement("alter sequence {} owned by {}", self._named(), column)]

    def _numbers(self) -> str:
        return (
            f"start with {self.start} increment by {self.increment} minvalue {self.minimum} maxvalue {self.maximum}"
            f" cache {self.cache} {'cycle' if self.cycle else 'no cycle'}"
        )

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [] if self.of_identity else [statement("drop sequence {}", self._named())]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`; the owning column apart, see `ownership`."""
        assert isinstance(after, Sequence)
        changed = self.own_changes(after)
        if self.of_identity and after.of_identity and self.owned_by == after.owned_by:
            return []
        if self.of_identity or after.of_identity:
            return None  # it comes and goes with its column; see `retiring` for one that goes on counting
        found = []
        if "persistence" in changed:
            word = raw("unlogged" if after.persistence == "u" else "logged")
            found.append(statement("alter sequence {} set {}", self._named(), word))
        if changed - {"persistence", "owned_by"}:
            counts, to_count = self._counts(), after._counts()
            if between := bounds_between(counts, to_count, "bigint"):
                wide = raw("as bigint minvalue {} maxvalue {}".format(*between))
                found.append(statement("alter sequence {} {}", self._named(), wide))
            found += put_to_start(self._named(), counts, to_count)
            found.append(statement("alter sequence {} as {} {}", self._named(), raw(after.type), raw(after._numbers())))
        return found

    def _counts(self) -> Numbers:
        return Numbers(self.start, self.increment, self.minimum, self.maximum)

    def _named(self) -> Name:
        return qualified(self.schema, self.name)

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("sequence {}", self._named())

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return self.target()

    def keeps_data(self) -> bool:
        """See `CatalogObject.keeps_data`."""
        return not self.of_identity

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("relation", self.schema, self.name),)
