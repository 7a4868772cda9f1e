"""The depot of the access tests: tests/world.sql in a database at head."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from rempart.postgres import databases
from rempart.postgres.server import Server


@dataclass(frozen=True)
class World:
    """A database with that depot."""

    server: Server
    name: str
    owner: str

    @property
    def owner_url(self) -> str:
        """The migration owner's URL."""
        return self.server.url(self.name, self.owner)

    def connect(self, user: str | None = None, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """A connection; the superuser's unless another role is named."""
        return psycopg.connect(self.server.url(self.name, user), autocommit=autocommit)


def plant(world: World) -> None:
    """Plant the world as the owner, in one transaction, in a database at head."""
    with psycopg.connect(world.owner_url) as connection:
        connection.execute((Path(__file__).parent / "world.sql").read_bytes())


@contextmanager
def copied(server: Server, template: str, owner: str) -> Iterator[World]:
    """A throw-away copy of a template database."""
    with databases.throwaway(server, template=template, owner=owner) as name:
        yield World(server, name, owner)
