"""One database to another state of its schema, and what pg_dump says of both."""

from __future__ import annotations

from collections import Counter

from judge import schema_dump
from servers import Database

from rempart.catalog.model import Catalog
from rempart.catalog.plan import Plan
from rempart.catalog.read import read


def run(database: Database, script: str) -> None:
    """Run a script in one transaction."""
    with database.connect() as connection, connection.transaction():
        connection.execute(script.encode())


def catalog(database: Database) -> Catalog:
    """The catalog as it is now."""
    with database.connect() as connection:
        return read(connection)


def dump(database: Database) -> Counter[str]:
    """The entries of pg_dump, the lines of each sorted: a column that is made again stands at the end."""
    entries = schema_dump(database.server, database.name)
    return Counter("\n".join(sorted(line.rstrip(",") for line in entry.split("\n"))) for entry in entries.elements())


def script(found: Plan) -> str:
    """The statements of a plan."""
    return ";\n".join(statement for step in found.steps for statement in step.statements) or "select"
