"""Revisions named by path, in a project that only lints, wherever Alembic finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.cli.lint import run
from rempart.errors import UsageError

INI = """
[alembic]
script_location = %(here)s/migrations
version_locations = %(here)s/migrations/versions:%(here)s/billing/revisions
path_separator = :
"""
REVISION = """
revision, down_revision = {revision!r}, {parent!r}
from alembic import op

def upgrade():
    op.execute({sql!r})

def downgrade():
    pass
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "alembic.ini": INI,
        "pyproject.toml": "[tool.rempart.lint]\npaths = []\n",
        "migrations/env.py": "",
        "migrations/old/dead.py": "",
        "migrations/versions/a.py": REVISION.format(revision="aa", parent=None, sql="create schema app"),
        "billing/revisions/b.py": REVISION.format(revision="bb", parent="aa", sql="grant usage on schema app to anon"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["billing/revisions/b.py", "billing/revisions", "billing", "."])
def test_revisions_elsewhere_are_linted(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([path]) == 1
    found = capsys.readouterr().out
    assert "billing/revisions/b.py:6:" in found
    assert "grant-to-forbidden-role" in found


def test_findings_of_other_revisions_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrations/versions/a.py"]) == 0
    assert "no findings" in capsys.readouterr().out


def test_the_same_through_a_link(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "linked").symlink_to(project / "billing")
    assert run(["linked/revisions/b.py"]) == 1
    assert "billing/revisions/b.py:6:" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["migrations/old/dead.py", "migrations/env.py"])
def test_a_file_that_is_no_revision_does_not_pass(path: str) -> None:
    with pytest.raises(UsageError, match="no revision of this project's history"):
        run([path])
