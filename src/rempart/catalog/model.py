"""The catalog: every object of a database, as Postgres describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import ClassVar

from rempart.catalog.identity import Identity

MAY_BE_HIDDEN = "may be hidden"
"""In the metadata of a field: not every role that reads the catalog can read it, so that no fingerprint has it."""


class Unsupported(Exception):
    """A change for which no SQL is written; the message says why."""


@dataclass(frozen=True, slots=True)
class CatalogObject:
    """What all objects have.

    Attributes:
        schema: See `Identity`.
        name: See `Identity`.
        part: See `Identity`.
        owner: The role that owns it; None for what has no owner of its own.
        acl: Its privileges, as Postgres writes them, in order; the defaults when nothing was granted or revoked.
        comment: Its comment.
        labels: Its security labels, each `provider: label`.
    """

    schema: str
    name: str
    part: str
    owner: str | None
    acl: tuple[str, ...]
    comment: str | None
    labels: tuple[str, ...]

    kind: ClassVar[str]
    for_superusers: ClassVar[bool] = False
    """Whether only a superuser can make it, alter it, or grant privileges on it."""

    @property
    def identity(self) -> Identity:
        """Its name in every database."""
        return Identity(self.kind, self.schema, self.name, self.part)

    @property
    def from_parent(self) -> bool:
        """Whether a partition has it from its parent, and not of its own."""
        return False

    def changes(self, after: CatalogObject) -> tuple[str, ...]:
        """Names of the fields in which another state of the object differs.

        Args:
            after: The same object elsewhere.
        """
        return tuple(
            field.name
            for field in fields(self)
            if field.compare and getattr(self, field.name) != getattr(after, field.name)
        )

    def create(self) -> list[str]:
        """The SQL that makes it, without owner, privileges, comment and labels.

        Raises:
            Unsupported: None is written for this kind.
        """
        raise Unsupported(f"no SQL is written for a {self.kind}")

    def drop(self) -> list[str]:
        """The SQL that removes it.

        Raises:
            Unsupported: None is written for this kind.
        """
        raise Unsupported(f"no SQL is written for a {self.kind}")

    def alter(self, after: CatalogObject) -> list[str] | None:
        """The SQL that turns it into another state, without owner, privileges, comment and labels.

        Args:
            after: The state to reach.

        Returns:
            Statements; None when it has to be dropped and made again.

        Raises:
            Unsupported: Neither is possible.
        """
        return None if self.own_changes(after) else []

    def own_changes(self, after: CatalogObject) -> set[str]:
        """Like `changes`, without those that every kind of object shares."""
        return set(self.changes(after)) - {"owner", "acl", "comment", "labels"}

    def target(self) -> str | None:
        """What COMMENT ON and ALTER … OWNER TO call it, such as `table public.t`; None when they cannot."""
        return None

    def grant_target(self) -> str | None:
        """What GRANT … ON calls it; None when nothing can be granted on it."""
        return None

    def keeps_data(self) -> bool:
        """Whether dropping it loses what users have stored."""
        return False

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """The names it takes: two objects that take the same one cannot exist together."""
        return ()


@dataclass(frozen=True)
class Catalog:
    """Everything that was read from one database, in one snapshot.

    Attributes:
        major: Major version of the server.
        objects: By identity.
        not_compared: What there is but was not read: its kind, its name.
        find_dependencies: Finds `dependencies`, which only who writes SQL needs.
        passed_on: The indexes and constraints that partitions have from their parents, as they are when they are
            partitions no more; not among the objects.
    """

    major: int
    objects: Mapping[Identity, CatalogObject]
    not_compared: tuple[tuple[str, str], ...]
    find_dependencies: Callable[[], Mapping[Identity, frozenset[Identity]]] = field(repr=False, compare=False)
    passed_on: Mapping[Identity, CatalogObject] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def dependencies(self) -> Mapping[Identity, frozenset[Identity]]:
        """For each object the objects it needs."""
        return self.find_dependencies()

    def kept_beside(self, earlier: Catalog) -> Catalog:
        """The same state, to be kept for long beside an earlier one of the same database.

        What is equal in both is held once, and the dependencies are let go: hundreds of states of a large database
        cost little more than one.

        Args:
            earlier: The state before.
        """
        names = {identity: identity for identity in earlier.objects}
        objects = {}
        for identity, made in self.objects.items():
            old = earlier.objects.get(identity)
            objects[names.get(identity, identity)] = old if old is not None and old == made else made
        return replace(self, objects=objects, find_dependencies=_let_go)


def _let_go() -> Mapping[Identity, frozenset[Identity]]:
    raise RuntimeError("this catalog was kept without its dependencies: read it again to write SQL from it")
