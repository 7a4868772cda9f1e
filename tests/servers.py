"""Servers of each backend, and the handle of a throw-away database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg

from rempart.postgres.server import Server


@dataclass(frozen=True)
class Database:
    """A throw-away database of a test."""

    server: Server
    name: str
    owner: str

    def url(self, user: str | None = None) -> str:
        """Its URL; the superuser's unless another role is named."""
        return self.server.url(self.name, user)

    @property
    def owner_url(self) -> str:
        """The migration owner's URL."""
        return self.url(self.owner)

    def connect(self, user: str | None = None, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """A connection; the superuser's unless another role is named."""
        return psycopg.connect(self.url(user), autocommit=autocommit)


def start_server(backend: str) -> AbstractContextManager[Server]:
    """A new server of a backend, stopped at the end of the block."""
    if backend == "container":
        from rempart.postgres.container import container_server

        return container_server()
    from rempart.postgres.embedded import temporary_server

    return temporary_server(major=int(backend.removeprefix("embedded-")))
