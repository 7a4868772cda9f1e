"""The standard tests of pytest-alembic, but for the comparison with models: the project has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.config import Config as AlembicConfig
from pytest_alembic.tests import test_single_head_revision, test_up_down_consistency, test_upgrade
from sqlalchemy import Engine, create_engine

from rempart.config import Config

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

__all__ = ["test_single_head_revision", "test_up_down_consistency", "test_upgrade"]


@pytest.fixture
def alembic_config(config: Config) -> AlembicConfig:
    return AlembicConfig(str(config.alembic_ini))


@pytest.fixture
def alembic_engine(platform_database: Any) -> Iterator[Engine]:
    engine = create_engine(platform_database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
    yield engine
    engine.dispose()
