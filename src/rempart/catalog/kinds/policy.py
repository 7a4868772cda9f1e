"""Row-security policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog import faithful
from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import joined, qualified, role, statement


@dataclass(frozen=True, slots=True)
class Policy(CatalogObject):
    """A policy.

    Attributes:
        permissive: Whether it is permissive, and not restrictive.
        command: `all`, `select`, `insert`, `update` or `delete`.
        roles: The roles it is for, in order; the empty name is PUBLIC.
        using: Its USING predicate.
        with_check: Its WITH CHECK predicate.
    """

    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str | None
    with_check: str | None

    kind: ClassVar[str] = "policy"

    def changes(self, after: CatalogObject) -> tuple[str, ...]:
        """See `CatalogObject.changes`."""
        found = CatalogObject.changes(self, after)
        return tuple(
            name
            for name in found
            if name not in ("using", "with_check") or not faithful.same(getattr(self, name), getattr(after, name))
        )

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        made = statement("create policy {} on {}", self.part, qualified(self.schema, self.name))
        if not self.permissive:
            made += "\n    as restrictive"
        made += f"\n    for {self.command} to {self._roles()}"
        return [made + self._predicates()]

    def _roles(self) -> str:
        return joined([role(name).as_string() for name in self.roles]).as_string()

    def _predicates(self) -> str:
        return _clause("using", self.using) + _clause("with check", self.with_check)

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop policy {} on {}", self.part, qualified(self.schema, self.name))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`: altered wherever Postgres can, so that the table is never without it."""
        assert isinstance(after, Policy)
        removed = (self.using is not None and after.using is None) or (
            self.with_check is not None and after.with_check is None
        )
        if (self.permissive, self.command) != (after.permissive, after.command) or removed:
            return None
        made = statement("alter policy {} on {}", self.part, qualified(self.schema, self.name))
        if self.roles != after.roles:
            made += f"\n    to {after._roles()}"
        if self.using != after.using:
            made += _clause("using", after.using)
        if self.with_check != after.with_check:
            made += _clause("with check", after.with_check)
        return [made]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("policy {} on {}", self.part, qualified(self.schema, self.name))


def _clause(words: str, predicate: str | None) -> str:
    return f"\n    {words} ({faithful.expression(predicate)})" if predicate is not None else ""
