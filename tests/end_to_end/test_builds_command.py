"""`rempart builds`, and the runbook for rolling the web build back, whose commands are run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mini_project import REMPART
from servers import Database

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "runbooks" / "web-rollback.md"
PYPROJECT = f"""
[tool.rempart]
database = "depot"
owner = "depot_owner"
[tool.rempart.environments.production]
url_env = "PRODUCTION_URL"
[tool.rempart.deployment]
contracts = "{ROOT / "docs" / "contracts"}"
"""
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.one_backend


@pytest.fixture
def run(depot_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of rempart in a project whose production is a depot at head, reached by a role without rights."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    monkeypatch.setenv("PRODUCTION_URL", depot_database.url("authenticator"))

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([REMPART, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    return command


def commands_of_the_runbook() -> list[list[str]]:
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", RUNBOOK.read_text(encoding="utf-8"))
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.slow
def test_the_commands_of_the_runbook_run(run: Run) -> None:
    commands = commands_of_the_runbook()
    assert len(commands) == 3
    for program, *arguments in commands:
        assert program == "rempart"
        ran = run(*arguments)
        assert (ran.returncode, ran.stderr) == (0, ""), ran
    assert json.loads(ran.stdout) == {
        "version": 1,
        "environment": "production",
        "builds": [
            {
                "build": "web-1.0",
                "released": "2026-09-14",
                "in_service": True,
                "role": "authenticated",
                "ok": True,
                "lacks": [],
            }
        ],
    }


def test_a_build_that_cannot_run_is_told_with_what_it_misses(run: Run, depot_database: Database) -> None:
    with depot_database.connect(depot_database.owner) as owner:
        owner.execute("drop function public.declare_stock_ouverture")
    ran = run("builds", "--env", "production")
    assert (ran.returncode, ran.stderr) == (1, "")
    first, second, lack = ran.stdout.splitlines()
    assert first == "can run     web-1.0  in service, released 2026-09-14"
    assert second == "cannot run  web-1.1  in service, released 2026-11-02"
    assert lack.strip().startswith("public.declare_stock_ouverture(") and lack.endswith("does not exist")
    assert run("builds", "--env", "production", "web-1.0").returncode == 0
    ran = run("builds", "--env", "production", "web-1.1", "--format", "json")
    assert ran.returncode == 1
    assert [one["what"] for one in json.loads(ran.stdout)["builds"][0]["lacks"]] == ["does not exist"]


def test_wrong_usage_is_told(run: Run) -> None:
    ran = run("builds", "--env", "production", "web-9")
    assert ran.returncode == 2 and "has no contract of web-9; known: web-1.0, web-1.1" in ran.stderr
    ran = run("builds", "--env", "staging")
    assert ran.returncode == 2 and "there is no environment staging" in ran.stderr


def test_an_unreachable_database_is_told_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCTION_URL", "postgresql://user:geheim-1234@127.0.0.1:1/depot")
    ran = run("builds", "--env", "production", "web-1.0")
    assert ran.returncode == 3
    assert "geheim-1234" not in ran.stdout + ran.stderr
