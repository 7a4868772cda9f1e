"""`rempart approve` as a person types it, in a project with a plan that somebody else asked for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from mini_project import FILES, Project, mini_project
from signing_keys import make_key, plan, public

PYPROJECT = FILES["pyproject.toml"] + '[tool.rempart.environments.production]\nurl_env = "PRODUCTION_URL"\n'
PLAN = plan()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with mini_project() as made:
        made.write("pyproject.toml", PYPROJECT)
        made.write(f"evidence/production/plans/{PLAN['plan'][:12]}.json", json.dumps(PLAN))
        bob, alice = make_key(tmp_path, "bob"), make_key(tmp_path, "alice")
        lines = [f"bob@example.com {public(bob)}", f"alice@example.com {public(alice)}"]
        made.write("policies/allowed_signers", "\n".join(lines) + "\n")
        shutil.copytree(tmp_path, made.base / "keys")
        yield made


def key(project: Project, name: str) -> str:
    return str(project.base / "keys" / name)


def test_a_plan_is_approved_by_its_id(project: Project) -> None:
    ran = project.run("approve", PLAN["plan"][:12], "--reason", "staging was fine", "--key", key(project, "bob"))
    assert (ran.returncode, ran.stderr) == (0, "")
    first, second = ran.stdout.splitlines()
    assert first == ("bob@example.com approves apply to production: 0011, asked for by Alice <alice@example.com>")
    assert second.startswith(f"plan {PLAN['plan'][:12]}, until ")
    file = project.root / second.rpartition(": ")[2]
    assert second.endswith(f": evidence/production/approvals/{file.name}")
    assert json.loads(json.loads(file.read_text())["payload"])["reason"] == "staging was fine"


def test_as_data_and_by_file(project: Project) -> None:
    file = f"evidence/production/plans/{PLAN['plan'][:12]}.json"
    words = ["--reason", "fine", "--as", "bob@example.com", "--format", "json"]
    ran = project.run("approve", file, *words, REMPART_SSH_KEY=key(project, "bob"))
    assert ran.returncode == 0
    found = json.loads(ran.stdout)
    assert (found["version"], found["approver"], found["plan"]) == (1, "bob@example.com", PLAN["plan"])


def test_who_asked_is_refused(project: Project) -> None:
    ran = project.run("approve", PLAN["plan"][:12], "--reason", "mine", "--key", key(project, "alice"))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "alice@example.com asked for it, and cannot approve it" in ran.stderr
    assert not list(project.root.rglob("approvals/*"))


def test_wrong_usage_is_told(project: Project) -> None:
    for words, says in (
        (["abcdef123456", "--reason", "x", "--key", key(project, "bob")], "there is no plan abcdef123456"),
        ([PLAN["plan"], "--reason", "x", "--key", "gone"], "there is no key gone"),
        ([PLAN["plan"], "--reason", " ", "--key", key(project, "bob")], "an approval needs a reason"),
        ([PLAN["plan"], "--reason", "x"], "there is no key to sign with"),
    ):
        ran = project.run("approve", *words, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        assert (ran.returncode, ran.stdout) == (2, "")
        assert says in ran.stderr
    assert project.run("approve", PLAN["plan"]).returncode == 2
