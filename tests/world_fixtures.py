"""Fixtures of the access tests: databases with the depot of tests/world.sql.

A plugin of the modules that use it (`pytest_plugins = ["world_fixtures"]`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from gateway import LOGIN, request
from servers import Database
from world import copied, plant

from rempart.config import Config
from rempart.postgres.server import Server


@pytest.fixture(scope="session")
def world_template(server: Server, depot_template: str, config: Config) -> Iterator[str]:
    """The name of a template database at head with that depot."""
    with copied(server, depot_template, config.owner) as template:
        plant(template)
        yield template.name


@pytest.fixture(scope="module")
def world(server: Server, world_template: str, config: Config) -> Iterator[Database]:
    """Shared by the tests of a module that change nothing: every attempt is rolled back."""
    with copied(server, world_template, config.owner) as shared:
        yield shared


@pytest.fixture
def own_world(server: Server, world_template: str, config: Config) -> Iterator[Database]:
    """For a test that changes something."""
    with copied(server, world_template, config.owner) as own:
        yield own


@pytest.fixture
def world_owner(world: Database) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the owner, rolled back at the end."""
    with world.connect(world.owner) as connection, request(connection, None, {}) as session:
        yield session


@pytest.fixture
def world_gateway(world: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the gateway's login role, for `gateway.request`."""
    with world.connect(LOGIN) as connection:
        yield connection
