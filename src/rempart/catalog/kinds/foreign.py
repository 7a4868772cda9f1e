"""Foreign data: wrappers, the servers they reach, and as whom a role goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rempart.catalog.model import MAY_BE_HIDDEN, CatalogObject, Unsupported
from rempart.catalog.statement import literal, raw, role, statement

_SECRET = "the option {} is or may be secret, and no secret is written into SQL: do it by hand"


@dataclass(frozen=True, slots=True)
class Secret:
    """An option whose value is nobody's business: whether it changed is known, and nothing else of it is shown.

    Attributes:
        name: The option.
    """

    name: str
    _digest: str

    def __repr__(self) -> str:
        return f"{self.name} '…'"


def option_changes(before: Sequence[str], after: Sequence[str]) -> str:
    """The OPTIONS clause that leads from one set of options to another; empty when they are the same.

    Args:
        before: The options there are, each `name=value`.
        after: The options to reach.
    """
    old, new = (dict(entry.split("=", 1) for entry in entries) for entries in (before, after))
    changes = [statement("drop {}", name) for name in old if name not in new]
    for name, value in new.items():
        if old.get(name) != value:
            changes.append(statement("{} {} {}", raw("set" if name in old else "add"), name, literal(value)))
    return f"options ({', '.join(changes)})" if changes else ""


def options_clause(options: Sequence[str]) -> str:
    """The OPTIONS clause of something new, with a space before it; empty when there are none.

    Args:
        options: Each `name=value`.
    """
    pairs = (entry.split("=", 1) for entry in options)
    written = ", ".join(statement("{} {}", name, literal(value)) for name, value in pairs)
    return f" options ({written})" if written else ""


class _WithOptions(CatalogObject):
    """What has options, each `name=value`, and perhaps secret ones."""

    __slots__ = ()

    options: tuple[str, ...]
    secrets: tuple[Secret, ...]

    def __post_init__(self) -> None:
        told = tuple(one if isinstance(one, Secret) else Secret(*one) for one in self.secrets)
        object.__setattr__(self, "secrets", told)  # as the catalog has them, they are pairs

    def _require_no_secret(self) -> None:
        if self.secrets:
            raise Unsupported(_SECRET.format(", ".join(secret.name for secret in self.secrets)))

    def _options_changes(self, after: _WithOptions) -> str:
        """The OPTIONS clause that leads to another state, with a space before it."""
        if self.secrets != after.secrets:
            names = sorted({secret.name for secret in {*self.secrets} ^ {*after.secrets}})
            raise Unsupported(_SECRET.format(", ".join(names)))
        changes = option_changes(self.options, after.options)
        return f" {changes}" if changes else ""

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]


@dataclass(frozen=True, slots=True)
class ForeignDataWrapper(_WithOptions):
    """A foreign-data wrapper.

    Attributes:
        handler: The function that does the work, quoted.
        validator: The function that checks options, quoted.
        options: Its options, each `name=value`, by name.
        secrets: Those of its options that are secret.
    """

    handler: str | None
    validator: str | None
    options: tuple[str, ...]
    secrets: tuple[Secret, ...]

    kind: ClassVar[str] = "foreign-data wrapper"
    for_superusers: ClassVar[bool] = True

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        self._require_no_secret()
        handler = f" handler {self.handler}" if self.handler else ""
        validator = f" validator {self.validator}" if self.validator else ""
        return [f"create {self.target()}{handler}{validator}{options_clause(self.options)}"]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, ForeignDataWrapper)
        found = ""
        if self.handler != after.handler:
            found += f" handler {after.handler}" if after.handler else " no handler"
        if self.validator != after.validator:
            found += f" validator {after.validator}" if after.validator else " no validator"
        found += self._options_changes(after)
        return [f"alter {self.target()}{found}"] if found else []

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("foreign data wrapper {}", self.name)

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return self.target()


@dataclass(frozen=True, slots=True)
class ForeignServer(_WithOptions):
    """A foreign server.

    Attributes:
        wrapper: Its wrapper.
        type: TYPE.
        version: VERSION.
        options: Its options, each `name=value`, by name.
        secrets: Those of its options that are secret.
    """

    wrapper: str
    type: str | None
    version: str | None
    options: tuple[str, ...]
    secrets: tuple[Secret, ...]

    kind: ClassVar[str] = "foreign server"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        self._require_no_secret()
        of_type = statement(" type {}", literal(self.type)) if self.type is not None else ""
        version = statement(" version {}", literal(self.version)) if self.version is not None else ""
        wrapper = statement(" foreign data wrapper {}", self.wrapper)
        return [f"create {self.target()}{of_type}{version}{wrapper}{options_clause(self.options)}"]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, ForeignServer)
        if (self.wrapper, self.type) != (after.wrapper, after.type):
            return None
        found = ""
        if self.version != after.version:
            version = literal(after.version) if after.version is not None else raw("null")
            found += statement(" version {}", version)
        found += self._options_changes(after)
        return [f"alter {self.target()}{found}"] if found else []

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("server {}", self.name)

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return statement("foreign server {}", self.name)


@dataclass(frozen=True, slots=True)
class UserMapping(_WithOptions):
    """As whom a role (`part`) goes to a foreign server (`name`).

    Attributes:
        readable: Whether its options were read: the server shows them to few.
        options: Those of its options that are known to be harmless, each `name=value`, by name.
        secrets: The others.
    """

    readable: bool = field(compare=False)
    options: tuple[str, ...] = field(metadata={MAY_BE_HIDDEN: True})
    secrets: tuple[Secret, ...] = field(metadata={MAY_BE_HIDDEN: True})

    kind: ClassVar[str] = "user mapping"

    def changes(self, after: CatalogObject) -> tuple[str, ...]:
        """See `CatalogObject.changes`; options that were not read are not compared, and the catalog says so."""
        assert isinstance(after, UserMapping)
        return CatalogObject.changes(self, after) if self.readable and after.readable else ()

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if not self.readable:
            raise Unsupported("its options cannot be read by this role: write it by hand")
        self._require_no_secret()
        return [f"create {self._named()}{options_clause(self.options)}"]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self._named()}"]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, UserMapping)
        changes = self._options_changes(after) if self.changes(after) else ""
        return [f"alter {self._named()}{changes}"] if changes else []

    def _named(self) -> str:
        return statement("user mapping for {} server {}", role("" if self.part == "public" else self.part), self.name)

    def keeps_data(self) -> bool:
        """See `CatalogObject.keeps_data`: a secret comes back from nowhere."""
        return bool(self.secrets) or not self.readable
