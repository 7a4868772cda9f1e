"""Who deploys what: a tree counts as clean only when git says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rempart.deploy.who import who


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "file").write_text("committed")
    for arguments in (
        ["init", "-q"],
        ["add", "file"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


@pytest.mark.parametrize("records", ["project/evidence", "elsewhere/evidence", "project/ev[i]dence"])
def test_a_file_that_is_not_committed_is_seen_wherever_the_evidence_is(
    project: Path, tmp_path: Path, records: str
) -> None:
    evidence = tmp_path / records
    evidence.mkdir(parents=True)
    (evidence / "index").write_text("written by a deployment")
    assert who(project, evidence).clean is True
    (project / "file").write_text("edited")
    found = who(project, evidence)
    assert (found.clean, found.changed) == (False, ("file",))


def test_the_record_of_deployments_makes_no_release_dirty(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APP_RELEASE", raising=False)
    evidence = project / "evidence"
    evidence.mkdir()
    (evidence / "index").write_text("")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["add", "evidence"], [*identity, "commit", "-qm", "y"], ["tag", "v1"]):
        subprocess.run(["git", "-C", str(project), *arguments], check=True)
    (evidence / "index").write_text("a line more, by a deployment")
    assert who(project, evidence).release == "v1"
    (project / "file").write_text("edited")
    assert who(project, evidence).release == "v1-dirty"
    monkeypatch.setenv("APP_RELEASE", "2026.12")
    assert who(project, evidence).release == "2026.12"


def test_a_tree_that_git_cannot_look_at_is_not_clean(project: Path) -> None:
    (project / ".git" / "index").write_bytes(b"damaged")
    found = who(project, project / "evidence")
    assert (found.commit is not None, found.clean, found.changed) == (True, False, ())


def test_outside_of_a_repository_nothing_is_said(tmp_path: Path) -> None:
    found = who(tmp_path, tmp_path / "evidence")
    assert (found.commit, found.clean) == (None, None)
