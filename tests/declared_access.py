"""The declared matrix (matrix.toml), how its commands are tried (attempts.toml), and the sessions it is about."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gateway import claims_of, named

HERE = Path(__file__).parent
COMMANDS = ("select", "insert", "update", "delete")
ROLES = ("admin", "directeur", "gerant", "pca", "operateur", "lecture")


@dataclass(frozen=True)
class Persona:
    """A session: the Postgres role and claims of a request, and what the matrix calls it."""

    name: str
    role: str
    claims: Mapping[str, Any]
    declared: str | None = None
    depot: str | None = None
    account: str = "sans_profil"

    def places(self, row_class: str) -> list[str]:
        """The places of tests/world.sql whose rows are of this class for this session."""
        if row_class == "own":
            return [self.depot] if self.depot else []
        if row_class == "other":
            return [place for place in ("1", "2") if place != self.depot]
        if row_class == "self":
            return ["self"] if self.declared else []
        return [row_class]

    def row_class(self, place: str) -> str:
        """The class of a row of a place for this session."""
        if place in ("1", "2"):
            return "own" if place == self.depot else "other"
        return place

    def target(self, relation: str, place: str) -> Any:
        """The id of the row to aim at."""
        if place == "self":
            return named(f"profil/{self.account}")
        return named(f"{relation.removeprefix('public.')}/{place}")

    def parameters(self, relation: str, place: str) -> dict[str, Any]:
        """What a statement of attempts.toml may name."""
        here = self.depot if place == "self" else place
        elsewhere = "2" if here == "1" else "1"
        user = named(self.account)
        return {
            "place": place,
            "target": self.target(relation, place),
            "depot": named(f"depot/{here}") if here in ("1", "2") else None,
            "elsewhere": named(f"depot/{elsewhere}"),
            "tank": named(f"tank/{here}"),
            "elsewhere_tank": named(f"tank/{elsewhere}"),
            "user": user,
            "mine": named(f"brouillon/{here}/{user}"),
            "theirs": named(f"brouillon/{here}/{named('auteur')}"),
        }


def _member(role: str, place: str) -> Persona:
    account = f"{role}/{place}"
    name = f"{role}-{place}" if place != "none" else f"{role}-without-depot"
    return Persona(name, "authenticated", claims_of(account), role, place if place != "none" else None, account)


# A token may carry any claim it likes: only the account counts, and what profils says of it.
_FLATTERING = {"app_metadata": {"role": "admin"}, "user_role": "admin", "depot_id": str(named("depot/1"))}

OUTSIDERS = (
    Persona("anon", "anon", claims_of(None, "anon")),
    Persona("anon-with-account", "anon", claims_of("admin/1", "anon"), account="admin/1"),
    Persona("without-profile", "authenticated", {**claims_of("sans_profil"), **_FLATTERING}),
    Persona("without-account", "authenticated", claims_of(None)),
)
PERSONAS = (
    *OUTSIDERS,
    *(_member(role, place) for place in ("1", "2") for role in ROLES),
    _member("operateur", "none"),
    _member("lecture", "none"),
)


def persona_named(name: str) -> Persona:
    """The persona of that name."""
    return next(persona for persona in PERSONAS if persona.name == name)


@dataclass(frozen=True)
class Declaration:
    """The cells of one relation: command, possibly a variant of it, to row class, to who succeeds."""

    cells: Mapping[str, Mapping[str, frozenset[str]]]
    update_columns: tuple[str, ...] = ()

    def commands(self) -> Iterator[tuple[str, str, frozenset[str]]]:
        """(command or variant, row class, who) of every cell but SELECT."""
        for command, row in self.cells.items():
            if command != "select":
                for row_class, who in row.items():
                    yield command, row_class, who

    def anybody(self, command: str) -> bool:
        """Whether any role may do a command on any row."""
        return any(who for variant, row in self.cells.items() if variant.split()[0] == command for who in row.values())


@dataclass(frozen=True)
class Callable:
    """Who succeeds in calling a function of the exposed schema."""

    execute: frozenset[str]
    service_role: bool


@dataclass(frozen=True)
class Matrix:
    """The whole declaration."""

    tables: Mapping[str, Declaration]
    views: Mapping[str, Declaration]
    functions: Mapping[str, Callable]
    service_role: Mapping[str, Any]
    attempts: Mapping[str, Mapping[str, str]] = field(repr=False)

    @property
    def relations(self) -> dict[str, Declaration]:
        """Tables and views."""
        return {**self.tables, **self.views}


@cache
def matrix() -> Matrix:
    """Read matrix.toml and attempts.toml."""
    data = tomllib.loads((HERE / "matrix.toml").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = data["groups"]

    def who(names: list[str]) -> frozenset[str]:
        roles = {role for name in names for role in groups.get(name, [name])}
        assert roles <= set(ROLES), f"matrix.toml: unknown {sorted(roles - set(ROLES))}"
        return frozenset(roles)

    def declaration(entry: dict[str, Any]) -> Declaration:
        cells = {
            command: {row_class: who(names) for row_class, names in row.items()}
            for command, row in entry.items()
            if command != "update_columns"
        }
        assert all(command.split()[0] in COMMANDS for command in cells), f"matrix.toml: {sorted(cells)}"
        return Declaration(cells, tuple(entry.get("update_columns", ())))

    return Matrix(
        tables={name: declaration(entry) for name, entry in data["table"].items()},
        views={name: declaration(entry) for name, entry in data["view"].items()},
        functions={
            name: Callable(who(entry["execute"]), bool(entry.get("service_role")))
            for name, entry in data["function"].items()
        },
        service_role=data["service_role"],
        attempts=tomllib.loads((HERE / "attempts.toml").read_text(encoding="utf-8")),
    )
