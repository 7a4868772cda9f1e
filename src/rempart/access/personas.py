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


@dataclass(frozen=True)
class Persona:
    """A session as the gateway makes it.

    Attributes:
        name: Unique name.
        role: The Postgres role that the gateway becomes.
        claims: The claims of the request's token.
        label: Heading of its column where personas are shown side by side; None keeps it out of there.
    """

    name: str
    role: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    label: str | None = None


def load_personas(config: Config) -> dict[str, Persona]:
    """Read the project's personas, by name, in the order of the file.

    Raises:
        UsageError: The file is missing or says something else than personas.
    """
    path = config.personas
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["persona"]
        personas = [Persona(**entry) for entry in entries]
    except FileNotFoundError:
        raise UsageError(f"there is no {path}.", next_step="write it, with a [[persona]] for each session") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} does not list personas: {error}",
            next_step="each [[persona]] has name, role, claims and, to be shown, label",
        ) from None
    return {persona.name: persona for persona in personas}


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
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(persona.role)))
        connection.execute("select set_config(%s, %s, true)", (config.claims_setting, json.dumps(dict(persona.claims))))
        yield
