"""The depot of the access tests: tests/world.sql in a database at head."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from servers import Database

from rempart.postgres import databases
from rempart.postgres.server import Server


def plant(world: Database) -> None:
    """Plant the world as the owner, in one transaction, in a database at head."""
    with psycopg.connect(world.owner_url) as connection:
        connection.execute((Path(__file__).parent / "world.sql").read_bytes())


@contextmanager
def copied(server: Server, template: str, owner: str) -> Iterator[Database]:
    """A throw-away copy of a template database."""
    with databases.throwaway(server, template=template, owner=owner) as name:
        yield Database(server, name, owner)
