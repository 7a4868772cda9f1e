"""Numbers of revisions."""

from __future__ import annotations

import ast

import pytest

from rempart.config import Config
from rempart.revisions import runner
from rempart.revisions.numbering import docstring, next_number


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], "0001"),
        (["0001"], "0002"),
        (["0002", "0001"], "0003"),
        (["0009", "a1b2"], "0010"),
        (["9999"], "10000"),
    ],
)
def test_the_next_number_follows_the_highest(known: list[str], expected: str) -> None:
    assert next_number(known) == expected


def test_the_projects_revisions_are_numbered_and_their_files_called_after_them() -> None:
    config = Config.find()
    found = runner.history(config)
    assert found == [f"{number:04d}" for number in range(1, len(found) + 1)]
    folder = config.alembic_ini.parent / "migrations" / "versions"
    assert sorted(path.name.partition("_")[0] for path in folder.glob("*.py")) == found


@pytest.mark.parametrize("message", ["SIRET of clients", 'a """b""" c', '"quoted"', "C:\\new\\u", '""""', None, ""])
def test_what_a_revision_is_for_can_be_read_back(message: str | None) -> None:
    read = ast.literal_eval(f'"""{docstring(message) or ""}."""')
    assert read == f"{message or ''}.".replace('"""', "'''")
