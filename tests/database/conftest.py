"""Fixtures of the behaviour tests, and the hypothesis profiles.

REMPART_HYPOTHESIS_PROFILE=fuzz runs many more examples (`make fuzz`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from depot import Depot
from hypothesis import HealthCheck, settings
from servers import Database

from rempart.config import Config
from rempart.postgres import databases
from rempart.postgres.server import Server, connect

# One database serves every example of a test: the examples bring tanks of their own.
_COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("default-rempart", max_examples=40, derandomize=True, database=None, **_COMMON)
settings.register_profile("fuzz", max_examples=2_000, print_blob=True, **_COMMON)
settings.load_profile(os.environ.get("REMPART_HYPOTHESIS_PROFILE", "default-rempart"))


@dataclass(frozen=True)
class _Shared:
    """The database that the tests of a minimal depot share."""

    server: Server
    name: str
    owner: str

    def connect(self, user: str | None = None) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.url(self.name, user), autocommit=True)


@pytest.fixture(scope="session")
def shared_depot(server: Server, depot_template: str, config: Config) -> Iterator[Depot]:
    """A minimal depot for all tests: making a database for each would cost more than the tests."""
    with databases.throwaway(server, template=depot_template, owner=config.owner) as name:
        made = Depot(_Shared(server, name, config.owner))
        yield made
        made.close()


@pytest.fixture
def depot(shared_depot: Depot) -> Depot:
    """A minimal depot without stock. For data only: a test that changes objects takes `own_depot`."""
    shared_depot.reset()
    return shared_depot


@pytest.fixture
def own_depot(depot_database: Any) -> Iterator[Depot]:
    """A minimal depot in a database of its own."""
    made = Depot(depot_database)
    yield made
    made.close()


@pytest.fixture(scope="session")
def roles_of_cases(server: Server) -> None:
    """The roles that the cases of round_trips/ name."""
    with connect(server.url()) as connection:
        for role in ("r1", "r2", '"Rôle"'):
            connection.execute(f"create role {role}")


@pytest.fixture
def empty(server: Server, roles_of_cases: None) -> Iterator[Database]:
    """A database without anything in it."""
    with databases.throwaway(server) as name:
        yield Database(server, name, "postgres")
