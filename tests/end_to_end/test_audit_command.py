"""`rempart audit`, as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from audit_scope import LEGACY
from mini_project import REMPART
from servers import Database

from rempart.config import Config

KEY = "eyJ-the-anonymous-key"
pytestmark = pytest.mark.one_backend


def rempart_audit(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "REMPART_ANON_KEY"}
    return subprocess.run(
        [REMPART, "audit", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment | variables,
        timeout=120,
    )


class Leaking(BaseHTTPRequestHandler):
    """A gateway that gives a row of one table, and `[]` of the others."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"id":1}]' if self.path.startswith("/rest/v1/clients?") else b"[]")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Leaking)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/rest/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_projects_database_passes_strictly_and_a_gateway_that_leaks_fails_it(
    depot_database: Database, config: Config, gateway: str
) -> None:
    passed = rempart_audit(config.root, "--url", depot_database.url(), "--strict")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    lines = [" ".join(line.split()) for line in passed.stdout.splitlines()]
    assert "verdict passes" in lines
    assert "anon 0 of 26 relations give rows, 0 can be changed, 3 functions executable" in lines
    assert any(line.startswith("drift no differences since revision ") for line in lines)
    assert "not audited nothing" in lines

    arguments = ("--url", depot_database.url(), "--rest", gateway, "--format", "json")
    failed = rempart_audit(config.root, *arguments, REMPART_ANON_KEY=KEY)
    assert failed.returncode == 1
    outcome = json.loads(failed.stdout)
    assert list(outcome) == ["version", "findings", "anon", "rest", "drift", "not_audited", "verdict"]
    assert [one["relation"] for one in outcome["rest"] if one["answer"] == "row"] == ["public.clients"]
    assert outcome["verdict"]["passes"] is False
    assert outcome["verdict"]["drift"]["differences"] == 0
    assert KEY not in failed.stdout + failed.stderr


def test_a_database_that_was_never_under_alembic(platform_database: Database, tmp_path: Path) -> None:
    with platform_database.connect(platform_database.owner) as owner:
        owner.execute(LEGACY.read_text(encoding="utf-8"))
    # An environment of a project that declares nothing yet.
    (tmp_path / "pyproject.toml").write_text(
        '[tool.rempart]\ndatabase = "depot"\nowner = "depot_owner"\n'
        '[tool.rempart.environments.production]\nurl_env = "PRODUCTION_URL"\n',
        encoding="utf-8",
    )
    found = rempart_audit(tmp_path, "--env", "production", PRODUCTION_URL=platform_database.url())
    assert found.returncode == 1, found.stderr
    lines = [" ".join(line.split()) for line in found.stdout.splitlines()]
    assert "verdict fails" in lines
    assert "anon 13 of 23 relations give rows, 17 can be changed, 8 functions executable" in lines
    assert "drift no version table: drift not checked" in lines
    assert "error view-without-security-invoker (7)" in lines
    assert all(len(line) == len(line.rstrip()) for line in found.stdout.splitlines())


@pytest.mark.slow
def test_wrong_usage_and_databases_that_do_not_answer(config: Config, tmp_path: Path) -> None:
    unreachable = "postgresql://somebody:secret@127.0.0.1:1/nowhere"
    for arguments, code in (
        ((), 2),
        (("--url", unreachable, "--env", "staging"), 2),
        (("--env", "nowhere"), 2),
        (("--url", "policies"), 2),
        (("--url", unreachable, "--rest", "https://project.example/rest/v1"), 2),
        (("--url", unreachable), 3),
    ):
        answer = rempart_audit(config.root, *arguments)
        assert answer.returncode == code, (arguments, answer.stderr)
        assert answer.stderr.startswith("error: ")
        assert "next: " in answer.stderr
        assert "secret" not in answer.stdout + answer.stderr
    assert rempart_audit(tmp_path, "--env", "staging").returncode == 2
    # A project of another kind is no reason not to look.
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert rempart_audit(tmp_path, "--url", unreachable).returncode == 3
    (tmp_path / "pyproject.toml").write_text("[tool.rempart]\n", encoding="utf-8")
    assert rempart_audit(tmp_path, "--url", unreachable).returncode == 2
