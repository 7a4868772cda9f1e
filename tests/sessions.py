"""Requests that commit, each made the way the REST gateway makes it (`gateway.request` rolls back: it only tries).

Written apart from `rempart.access`: the tests do not borrow the code they judge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

Row = tuple[Any, ...]


class Gateway:
    """The gateway's login session; every request is one transaction with a role and claims of its own."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    @contextmanager
    def request(
        self, sub: str | None, role: str = "authenticated", settings: dict[str, str] | None = None
    ) -> Iterator[psycopg.Connection[Any]]:
        """A request of an account (None: a token without one); `settings` are set after the gateway's own."""
        claims = {"role": role} | ({"sub": sub} if sub else {})
        with self.connection.transaction():
            self.connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            self.connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
            for name, value in (settings or {}).items():
                self.connection.execute("select set_config(%s, %s, true)", (name, value))
            yield self.connection

    def read(self, sub: str | None, query: str, params: Sequence[Any] = (), role: str = "authenticated") -> list[Row]:
        """The rows of one request."""
        with self.request(sub, role) as connection:
            return connection.execute(query, params or None).fetchall()

    def change(self, sub: str | None, statement: str, params: Sequence[Any] = (), role: str = "authenticated") -> int:
        """How many rows one request changed."""
        with self.request(sub, role) as connection:
            return connection.execute(statement, params or None).rowcount
