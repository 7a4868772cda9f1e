"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mini_project import Project, mini_project


@pytest.fixture
def project() -> Iterator[Project]:
    """A small project of this test alone."""
    with mini_project() as made:
        yield made
