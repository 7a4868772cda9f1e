"""Personas: the sessions whose access is observed, as the project's file declares them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from rempart.config import Config
from rempart.errors import UsageError

_PERSONA = {
    "name": str, "role": str, "claims": dict, "label": str, "group": str, "rows": dict, "row": dict, "observed": bool,
}  # fmt: skip
_CLASS = {"own": str, "other": str, "none": str, "persona": str, "rows": dict, "row": str}


@dataclass(frozen=True)
class Persona:
    """A session as the gateway makes it.

    Attributes:
        name: Unique name.
        role: The Postgres role that the gateway becomes.
        claims: The claims of the request's token.
        label: Heading of its column where personas are shown side by side; None keeps it out of there.
        group: Name that it shares with personas which are to get the same, each in its own place; the access map
            names the group when they do.
        rows: Rows that make the persona, such as its profile: values by column, by `schema.table`.
        observed: Whether the access map observes it: one persona of a kind may be enough there.
    """

    name: str
    role: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    label: str | None = None
    group: str | None = None
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    observed: bool = True


@dataclass(frozen=True)
class RowClass:
    """A way to tell rows apart that a reader knows, such as the depot they belong to.

    Attributes:
        own: What rows are called whose value is the persona's.
        other: What rows with another value are called.
        none: What rows without a value are called.
        persona: SQL expression of the persona's value, evaluated with its claims and full rights.
        rows: SQL expression of the value of a row, over the columns of the relation, by `schema.relation`.
    """

    own: str
    other: str
    none: str
    persona: str
    rows: Mapping[str, str]

    @property
    def names(self) -> tuple[str, str, str]:
        """Its three names."""
        return self.own, self.other, self.none


def load_personas(config: Config) -> dict[str, Persona]:
    """Read the project's personas, by name, in the order of the file.

    Raises:
        UsageError: The file is missing or says something else than personas.
    """
    path = config.personas
    try:
        personas = [Persona(**_of_types(entry, _PERSONA)) for entry in _read(config)["persona"]]
    except (KeyError, TypeError) as error:
        raise UsageError(
            f"{path} does not list personas: {error}",
            next_step="each [[persona]] has name, role, claims and, to be shown, label",
        ) from None
    found = {persona.name: persona for persona in personas}
    taken = [persona.name for persona in personas] + list({persona.group for persona in personas if persona.group})
    if twice := sorted({name for name in taken if taken.count(name) > 1}):
        raise UsageError(
            f"{path} uses a name twice: {', '.join(twice)}", next_step="give each persona and group its own"
        )
    return found


def load_classes(config: Config) -> list[RowClass]:
    """Read the classes of rows that the project names, in the order of the file.

    Raises:
        UsageError: The file is missing or describes a class in another way.
    """
    try:
        return [RowClass(**_of_types(entry, _CLASS)) for entry in _read(config).get("class", [])]
    except TypeError as error:
        raise UsageError(
            f"{config.personas} does not describe a class: {error}",
            next_step="each [[class]] has own, other, none, persona and rows",
        ) from None


def _read(config: Config) -> dict[str, Any]:
    path = config.personas
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no {path}.", next_step="write it, with a [[persona]] for each session") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} does not list personas: {error}", next_step="correct the file") from None


def _of_types(entry: Any, types: Mapping[str, type]) -> dict[str, Any]:
    """An entry of the file, whose values are of the types they have to be.

    Raises:
        TypeError: One is not.
    """
    if not isinstance(entry, dict):
        raise TypeError("an entry is no table")
    for key, value in entry.items():
        wanted = types.get(key, object)
        if not isinstance(value, wanted):
            raise TypeError(f"{key} is {type(value).__name__}, and has to be {wanted.__name__}")
    for name, values in entry.get("rows", {}).items():
        if not isinstance(values, types["row"]):
            raise TypeError(f"the rows of {name} are {type(values).__name__}, and have to be {types['row'].__name__}")
    return entry


@contextmanager
def become(connection: psycopg.Connection[Any], persona: Persona, config: Config) -> Iterator[None]:
    """Be a persona for one transaction, the way the gateway does it: its role and claims, set locally.

    Args:
        connection: An autocommit connection of the gateway's login role, not in a transaction.
        persona: Who to be.
        config: Names the setting that carries the claims.

    Raises:
        psycopg.Error: The login role may not become the persona's role.
    """
    with connection.transaction():
        assume(connection, persona.role, persona.claims, config.claims_setting)
        yield


def assume(connection: psycopg.Connection[Any], role: str, claims: Mapping[str, Any], claims_setting: str) -> None:
    """Be a role with claims until the end of the transaction or savepoint, as the gateway does it.

    Args:
        connection: A session in a transaction.
        role: The role.
        claims: The claims of the request's token.
        claims_setting: The setting in which the gateway passes them.

    Raises:
        psycopg.Error: The session's role may not become it.
    """
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    connection.execute("select pg_catalog.set_config(%s, %s, true)", (claims_setting, json.dumps(dict(claims))))
