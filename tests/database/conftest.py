"""Fixtures of the behaviour tests, and the hypothesis profiles.

REMPART_HYPOTHESIS_PROFILE=fuzz runs many more examples (`make fuzz`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from depot import Depot
from hypothesis import HealthCheck, settings

# One database serves every example of a test: the examples bring tanks of their own.
_COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("default-rempart", max_examples=25, derandomize=True, database=None, **_COMMON)
settings.register_profile("fuzz", max_examples=2_000, print_blob=True, **_COMMON)
settings.load_profile(os.environ.get("REMPART_HYPOTHESIS_PROFILE", "default-rempart"))


@pytest.fixture
def depot(depot_database: Any) -> Iterator[Depot]:
    """A minimal depot in a database of its own."""
    made = Depot(depot_database)
    yield made
    made.close()
