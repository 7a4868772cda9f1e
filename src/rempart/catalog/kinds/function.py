"""Functions, procedures and aggregates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import qualified, raw, statement


@dataclass(frozen=True, slots=True)
class Function(CatalogObject):
    """A function, a window function or a procedure. `part` is its argument types.

    Attributes:
        prokind: `f` function, `w` window function, `p` procedure.
        definition: The whole of it, as Postgres writes it.
        result: Its result type.
        arguments: Its arguments with names, modes and defaults.
        argument_names: Their names, those of the results included.
        row: Of one that returns a record: mode, name and type of each of its columns.
        defaults: How many arguments have defaults.
        language: Its language.
        security_definer: Whether it runs with its owner's rights.
        settings: Its own settings, each `name=value`: `search_path` is one of them.
        volatility: `i` immutable, `s` stable, `v` volatile.
        leakproof: LEAKPROOF.
        strict: STRICT.
        parallel: `s` safe, `r` restricted, `u` unsafe.
        source: Its body, as it was written; empty for a body in standard SQL.
    """

    prokind: str
    definition: str
    result: str | None
    arguments: str
    argument_names: tuple[str, ...]
    row: tuple[str, ...]
    defaults: int
    language: str
    security_definer: bool
    settings: tuple[str, ...]
    volatility: str
    leakproof: bool
    strict: bool
    parallel: str
    source: str = field(compare=False)

    kind: ClassVar[str] = "function"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [self.definition.rstrip().replace("CREATE OR REPLACE ", "CREATE ", 1)]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [statement("drop {}", raw(self._signature()))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Function)
        if not self.own_changes(after):
            return []
        fixed = (self.prokind, self.result, self.row, self.defaults) == (
            after.prokind,
            after.result,
            after.row,
            min(after.defaults, self.defaults),
        )
        if self.prokind == "p" and self.arguments != after.arguments and "OUT " in self.arguments + after.arguments:
            return None
        if not fixed or not _names_kept(self.argument_names, after.argument_names):
            return None
        return [after.definition.rstrip()]

    def _signature(self) -> str:
        word = raw("procedure" if self.prokind == "p" else "function")
        return statement("{} {}{}", word, qualified(self.schema, self.name), raw(self.part))

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return self._signature()

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return self._signature()


@dataclass(frozen=True, slots=True)
class Aggregate(CatalogObject):
    """An aggregate. `part` is its argument types.

    Attributes:
        arguments: Its arguments with names and modes.
        aggkind: `n` normal, `o` ordered-set, `h` hypothetical-set.
        clauses: The clauses of CREATE AGGREGATE.
    """

    arguments: str
    aggkind: str
    clauses: tuple[str, ...]

    kind: ClassVar[str] = "aggregate"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        body = ",\n    ".join(self.clauses)
        arguments = raw(self.arguments or "*")
        named = qualified(self.schema, self.name)
        return [statement("create aggregate {}({}) (\n    {}\n)", named, arguments, raw(body))]

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("aggregate {}({})", qualified(self.schema, self.name), raw(self.arguments or "*"))

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return statement("function {}{}", qualified(self.schema, self.name), raw(self.part))


def _names_kept(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether CREATE OR REPLACE accepts the new names: it gives a name where there was none, and changes none."""
    return not before or (
        len(before) == len(after) and all(old in ("", new) for old, new in zip(before, after, strict=True))
    )
