"""`rempart backup`, as a user types it: what it says, its exit codes, and what is left when it is broken off."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mini_project import REMPART, Project

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server
from rempart.revisions import runner

SECRET = "s3cret-p4ss"
ENVIRONMENTS = """
[tool.rempart.environments.staging]
url_env = "STAGING_URL"
"""


@dataclass(frozen=True)
class Depot:
    """The small project, and its environment `staging`."""

    project: Project
    server: Server

    @property
    def url(self) -> str:
        """The owner's URL, with a password that the server does not ask for."""
        return self.server.url("depot", "depot_owner").replace("depot_owner@", f"depot_owner:{SECRET}@")

    @property
    def folder(self) -> Path:
        return self.project.root / "backups" / "staging"

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`rempart backup`; what it says never holds the password."""
        ran = self.project.run("backup", *arguments, **{"STAGING_URL": self.url, **variables})
        assert SECRET not in ran.stdout + ran.stderr
        return ran

    def start(self, prepare: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """`rempart backup --env staging`, not waited for."""
        return subprocess.Popen(
            [REMPART, "backup", "--env", "staging"],
            cwd=self.project.root,
            env=self.project.environment | {"STAGING_URL": self.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=prepare,
        )

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.server.url("depot", "depot_owner"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def grow(self) -> None:
        """Enough rows for a dump that takes its time."""
        self.execute("create table public.big as select md5(n::text) from generate_series(1, 400000) n")

    def files(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir()) if self.folder.exists() else []

    def registered(self) -> list[Path]:
        return sorted((self.project.root / "evidence").rglob("*.json"))

    def part(self, running: subprocess.Popen[str]) -> Path:
        """The file that is being written, as soon as there is something in it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and running.poll() is None:
            for file in self.folder.glob("*.part") if self.folder.exists() else ():
                if file.stat().st_size:
                    return file
            time.sleep(0.005)
        raise AssertionError(f"no dump was being written: {running.communicate()}")


@pytest.fixture
def depot(project: Project) -> Iterator[Depot]:
    file = project.root / "pyproject.toml"
    file.write_text(file.read_text() + ENVIRONMENTS)
    with temporary_server() as server:
        config = Config.find(project.root)
        databases.create(server, "depot")
        platform.install(server, "depot", config.platform, config.owner)
        runner.upgrade(server.url("depot", config.owner), "head", config)
        made = Depot(project, server)
        made.execute("insert into public.thing values (1), (2)")
        yield made


def test_a_backup_says_what_it_holds_and_what_was_done(depot: Depot) -> None:
    ran = depot.run("--env", "staging")
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("backup of staging: backups/staging/") and lines[0].endswith("-depot.dump")
    assert "depot (Postgres 18), revision 0002, not marked yet" in lines[1]
    assert "3 rows in 2 tables" in lines[3]
    assert "every table has the same rows, and every object is the same" in ran.stdout
    (record,) = depot.registered()
    value = json.loads(record.read_text())
    assert value["rows"] == {"public.thing": 2, "rempart.alembic_version": 1} and value["validated"] is True
    beside = (depot.project.root / value["file"]).with_name(Path(value["file"]).name + ".json")
    assert json.loads(beside.read_text()) == value
    assert SECRET not in record.read_text()


@pytest.mark.slow
def test_an_existing_dump_is_registered_as_json(depot: Depot, tmp_path: Path) -> None:
    file = tmp_path / "rows.dump"
    program = str((depot.server.bin_dir or Path()) / "pg_dump")
    subprocess.run([program, "--format=c", "--data-only", f"--file={file}", depot.server.url("depot")], check=True)
    refused = depot.run("--env", "staging", "--file", str(file))
    assert refused.returncode == 2 and "--revision" in refused.stderr
    ran = depot.run("--env", "staging", "--file", str(file), "--revision", "0002", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    value: dict[str, Any] = json.loads(ran.stdout)
    assert (value["version"], value["data_only"], value["rows"]["public.thing"]) == (1, True, 2)
    file.write_bytes(file.read_bytes()[:-300])
    broken = depot.run("--env", "staging", "--file", str(file), "--revision", "0002")
    assert broken.returncode == 1 and len(depot.registered()) == 1


@pytest.mark.slow
def test_wrong_usage_and_a_server_that_is_not_there(depot: Depot, tmp_path: Path) -> None:
    assert depot.run("--env", "elsewhere").returncode == 2
    assert depot.run("--env", "staging", "--revision", "0002").returncode == 2
    unset = depot.run("--env", "staging", STAGING_URL="")
    assert unset.returncode == 2 and "STAGING_URL, which is not set" in unset.stderr
    other = depot.run("--env", "staging", APP_ENV="production")
    assert other.returncode == 2 and "APP_ENV says production" in other.stderr
    gone = depot.run("--env", "staging", STAGING_URL=f"postgresql://depot_owner:{SECRET}@/depot?host={tmp_path}")
    assert gone.returncode == 3 and "no connection to" in gone.stderr
    assert depot.files() == [] and depot.registered() == []


def test_a_full_disk_is_told_and_leaves_nothing(depot: Depot) -> None:
    depot.grow()

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, 1024 * 1024))

    running = depot.start(small_files)
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 3 and output == ""
    assert "the disk is full" in errors and "free some space" in errors and SECRET not in errors
    assert depot.files() == [] and depot.registered() == []


@pytest.mark.slow
def test_of_a_killed_backup_only_a_part_is_left_and_the_next_one_removes_it(depot: Depot) -> None:
    depot.grow()
    running = depot.start()
    part = depot.part(running)
    running.kill()
    running.communicate()
    assert [name for name in depot.files() if not name.endswith(".part")] == []
    assert depot.registered() == []
    deadline = time.monotonic() + 60
    while depot.project.processes() and time.monotonic() < deadline:  # pg_dump, which goes on by itself
        time.sleep(0.05)
    assert part.exists()
    # One that somebody still writes is left alone.
    alive = depot.folder / "20260101T000000Z-depot.dump.part"
    alive.write_bytes(b"")
    with alive.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        ran = depot.run("--env", "staging")
    assert ran.returncode == 0, ran.stderr
    assert f"{part.name} was removed: a backup that was killed had left it" in ran.stderr
    assert not part.exists() and alive.exists()
    assert len(depot.registered()) == 1


def test_a_backup_that_is_asked_to_end_leaves_nothing(depot: Depot) -> None:
    depot.grow()
    running = depot.start()
    depot.part(running)
    os.kill(running.pid, signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 143
    assert depot.files() == [] and depot.registered() == [] and depot.project.processes() == []
