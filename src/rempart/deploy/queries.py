"""The queries of this room, each in a file of its own."""

from __future__ import annotations

from functools import cache
from importlib import resources

from psycopg import sql


@cache
def query(name: str) -> sql.SQL:
    """A query.

    Args:
        name: Of its file in `sql/`, without the ending.
    """
    return sql.SQL(resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))
