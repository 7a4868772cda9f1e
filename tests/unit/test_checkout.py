"""The declared state at a git ref."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from alembic_project import alembic_project

from rempart.errors import UsageError
from rempart.sources.checkout import at_ref


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("folder", ["schema", "schéma", "my schema"])
def test_the_files_are_those_of_the_commit(tmp_path: Path, folder: str) -> None:
    root = tmp_path / "inside"
    root.mkdir()
    config = alembic_project(root)
    pyproject = root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["schema"]', f'["{folder}"]'))
    config = type(config).find(root)
    file = root / folder / "tables" / "é.sql"
    file.parent.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "nothing")
    file.write_text("select 1;")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    file.write_text("select 2;")
    with at_ref(config, "HEAD") as found:
        assert (found.declared[0] / "tables" / "é.sql").read_text() == "select 1;"
        assert not found.declared[0].is_relative_to(root)
    with pytest.raises(UsageError, match="has no declared state"), at_ref(config, "HEAD~1"):
        pass
    with pytest.raises(UsageError, match="there is no commit nowhere"), at_ref(config, "nowhere"):
        pass
