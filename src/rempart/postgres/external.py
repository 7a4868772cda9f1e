"""A server that already runs somewhere, given by its URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg

from rempart.errors import OperationError
from rempart.postgres.server import MINIMUM_MAJOR, SUPERUSER, connect, masked, parse, with_database


@dataclass(frozen=True)
class ExternalServer:
    """A server that somebody else runs.

    Attributes:
        major: Major version of the server.
        parameters: How to connect to it.
    """

    major: int
    parameters: Mapping[str, Any] = field(repr=False)

    @property
    def label(self) -> str:
        """``external-`` and the major version."""
        return f"external-{self.major}"

    @property
    def password(self) -> str | None:
        """The password of the URL, if it has one."""
        return self.parameters.get("password")

    @property
    def bin_dir(self) -> Path | None:
        """None: client programs of its version are not known."""
        return None

    def url(self, database: str = SUPERUSER, user: str | None = None) -> str:
        """The libpq URI of a database, for the role of the given URL unless another is asked for."""
        return with_database(self.parameters, database, user)


def external_server(url: str) -> ExternalServer:
    """Connect to a server once, to see that it is there and can be used.

    Args:
        url: libpq URI of one of its databases, for a role that may do what will be asked.

    Raises:
        UsageError: The URL cannot be understood.
        OperationError: It does not answer, refuses the role or the password, or is too old.
    """
    with connect(url) as connection:
        major = server_major(connection)
    if major < MINIMUM_MAJOR:
        raise OperationError(
            f"unsupported server version {major} at {masked(url)}: {MINIMUM_MAJOR} is the oldest supported.",
            next_step=f"use a server of version {MINIMUM_MAJOR} or newer",
        )
    return ExternalServer(major, MappingProxyType(parse(url)))


def server_major(connection: psycopg.Connection) -> int:
    """Major version of the server of a connection."""
    return connection.info.server_version // 10000
