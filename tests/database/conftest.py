"""Fixtures of the database tests that need more than one database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rempart.config import Config
from rempart.postgres import databases
from rempart.postgres.server import Server


@pytest.fixture
def another_platform_database(
    server: Server, platform_database: Any, platform_template: str, config: Config
) -> Iterator[Any]:
    """A second throw-away database like `platform_database`, to compare it with."""
    with databases.throwaway(server, template=platform_template, owner=config.owner) as name:
        yield type(platform_database)(server, name, config.owner)
