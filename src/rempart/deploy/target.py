"""The database of an environment: found, reached as the role that runs revisions, and asked who it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from rempart.config import Config
from rempart.deploy.queries import query
from rempart.deploy.record import ledger
from rempart.deploy.record.folder import folder_of
from rempart.deploy.session_limits import limit
from rempart.environment import Environment
from rempart.errors import UsageError
from rempart.own_objects import MARKER, SCHEMA
from rempart.postgres.server import connect
from rempart.revisions import connecting
from rempart.sources.live import url_of
from rempart.sources.source import parse

Connection = psycopg.Connection[Any]

ENVIRONMENT_VARIABLE = "APP_ENV"


@dataclass(frozen=True)
class Target:
    """An environment whose database can be reached.

    Attributes:
        config: The project.
        environment: The environment.
        url: Where its database is; never shown.
    """

    config: Config
    environment: Environment
    url: str = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the environment."""
        return self.environment.name

    @contextmanager
    def connection(self, purpose: str) -> Iterator[Connection]:
        """An autocommit session as the role that runs revisions, which waits no longer than the environment says.

        Args:
            purpose: What it is for, as the server's list of sessions shows it.

        Raises:
            OperationError: The server cannot be reached, or the database belongs to a superuser.
        """
        longest = self.environment.statement_timeout.total_seconds()
        connection = connecting.connect(
            self.url,
            variable=self.environment.url_env,
            statement_limit=longest,
            application_name=f"rempart {purpose}"[:63],
        )
        connection.autocommit = True
        with connection:
            limit(connection, self.environment.lock_timeout, self.environment.statement_timeout)
            yield connection


@dataclass(frozen=True)
class Facts:
    """What a database says of itself.

    Attributes:
        name: Its name.
        major: Major version of the server.
        owner: The role that owns it.
        marker: Which environment it says it is; None before the first deployment.
    """

    name: str
    major: int
    owner: str
    marker: ledger.Marker | None

    @property
    def server(self) -> str:
        """The server, for people."""
        return f"Postgres {self.major}"


def target_of(config: Config, name: str) -> Target:
    """Find an environment of the project.

    Args:
        config: The project.
        name: Its name.

    Raises:
        UsageError: There is none of that name, its variable is not set, APP_ENV names another one, or no folder could
            have its name, where its record is kept.
    """
    found = beside(config, name)
    folder_of(config, name)
    said = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if said and said != name:
        raise UsageError(
            f"{ENVIRONMENT_VARIABLE} says {said}, and the environment asked for is {name}.",
            f"Unset {ENVIRONMENT_VARIABLE}, or ask for --env {said}.",
        )
    return found


def looked_at(config: Config, name: str) -> Target:
    """Find an environment that is only looked at, by any role; see `target_of`.

    Its database is asked which environment it is, where the role may read that.

    Args:
        config: The project.
        name: Its name.

    Raises:
        UsageError: See `target_of`; or the database says it is another one.
        OperationError: It cannot be reached.
    """
    target = target_of(config, name)
    with connect(target.url) as connection:
        readable = connection.execute(query("marker_readable"), {"schema": SCHEMA, "table": MARKER}).fetchone()
        if readable is not None and readable[0]:
            refuse_another(target, facts_of(connection))
    return target


def beside(config: Config, name: str) -> Target:
    """Find an environment that is only asked, by a deployment to another one: APP_ENV names that one.

    Args:
        config: The project.
        name: Its name.

    Raises:
        UsageError: There is none of that name, or its variable is not set or holds no URL.
    """
    url = url_of(parse(f"env:{name}"), config)
    return Target(config, config.environments[name], connecting.database_url(url, config.environments[name].url_env))


def facts_of(connection: Connection) -> Facts:
    """Ask a database who it is.

    Args:
        connection: A session on it.
    """
    row = connection.execute(query("database_facts")).fetchone()
    assert row is not None
    return Facts(str(row[0]), connection.info.server_version // 10000, str(row[1]), ledger.marker(connection))


def refuse_another(target: Target, facts: Facts) -> None:
    """Refuse a database that says it is another environment's.

    Args:
        target: The environment asked for.
        facts: What its database says.

    Raises:
        UsageError: It is another one.
    """
    marker = facts.marker
    if marker is not None and marker.environment != target.name:
        raise UsageError(
            f"the database {facts.name} says it is {marker.environment}, and {target.name} was asked for.",
            f"Check {target.environment.url_env}: it leads to the database of {marker.environment}, or a copy of it.",
        )
