"""What a killed command leaves, the next one finds and stops; a command that is asked to end cleans up.

The moments are those at which something new exists: a folder, a half-made cluster, a server, a database.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mini_project import REMPART, Project

Moment = Callable[[Project], bool]

UP: dict[str, Moment] = {
    "folder": lambda project: project.data.exists(),
    "marker": lambda project: (project.data / "rempart.json").exists(),
    "initdb": lambda project: (project.data / "data" / "PG_VERSION").exists(),
    "postmaster": lambda project: (project.data / "data" / "postmaster.pid").exists(),
    "revisions": lambda project: any(b"depot_owner" in title for title in titles(project)),
}
TEMPORARY: dict[str, Moment] = {
    "note": lambda project: project.state.exists() and any(project.state.glob("*.json")),
    "folder": lambda project: any(project.temporary.glob("rempart-*")),
    "initdb": lambda project: any(project.temporary.glob("rempart-*/data/PG_VERSION")),
    "postmaster": lambda project: any(project.temporary.glob("rempart-*/data/postmaster.pid")),
    "ready": lambda project: (project.root / "ready").exists(),
}
ENDINGS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}

TEMPORARY_SERVER = """
import pathlib, sys, time
from rempart.postgres.embedded import temporary_server
from rempart.postgres.interruption import Terminated
try:
    with temporary_server():
        pathlib.Path("ready").touch()
        time.sleep(60)
except Terminated as signal:
    sys.exit(signal.exit_code)
except KeyboardInterrupt:
    sys.exit(130)
"""
SLOW = pytest.mark.slow
SHORT_SERVER = "from rempart.postgres.embedded import temporary_server\nwith temporary_server(): pass"


def titles(project: Project) -> list[bytes]:
    found = []
    time.sleep(0.03)  # looking through all processes again and again would slow down what is looked for
    for pid in project.processes():
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            continue
    return found


def send_at(project: Project, command: list[str], moment: Moment, number: signal.Signals) -> int:
    """Start a command, send it a signal at a moment, and wait for its end; its exit code."""
    running = project.start(*command)
    try:
        while not moment(project):
            assert running.poll() is None, running.communicate()
            time.sleep(0.001)
        running.send_signal(number)
        return running.wait(30)
    finally:
        running.kill()
        running.communicate()


def settled(project: Project) -> tuple[list[int], list[str]]:
    """What is left, after the processes that have lost their server had a second to notice."""
    deadline = time.monotonic() + 1
    while project.processes() and time.monotonic() < deadline:
        time.sleep(0.02)
    return project.processes(), [str(path) for path in project.leftovers()]


@pytest.mark.parametrize("moment", [name if name == "revisions" else pytest.param(name, marks=SLOW) for name in UP])
def test_a_killed_up_is_found_and_made_again_by_the_next(project: Project, moment: str) -> None:
    assert send_at(project, [REMPART, "up"], UP[moment], signal.SIGKILL) == -signal.SIGKILL
    answer = project.run("up")
    assert answer.returncode == 0, answer.stderr
    assert "revisions applied: 2" in answer.stdout
    assert len([title for title in titles(project) if title.count(b"-D\0")]) == 1, "one server, not two"
    assert project.run("down").returncode == 0
    assert settled(project) == ([], [])


@pytest.mark.parametrize("moment", ["initdb", pytest.param("revisions", marks=SLOW)])
def test_a_killed_up_is_stopped_by_any_other_command(project: Project, moment: str) -> None:
    send_at(project, [REMPART, "up"], UP[moment], signal.SIGKILL)
    answer = project.run("down", "--data-dir", "another")
    assert answer.returncode == 0, answer.stderr
    assert "1 killed command had left" in answer.stderr
    assert settled(project) == ([], [])


@SLOW
def test_a_killed_up_of_a_complete_directory_keeps_its_data(project: Project) -> None:
    assert project.run("up").returncode == 0
    project.run("psql", "-c", "insert into public.thing values (3)")
    project.run("down")
    slow = (project.root / "migrations/versions/0002_slow.py").read_text()
    project.write("migrations/versions/0003_slow.py", slow.replace("0002", "0003").replace("0001", "0002"))
    send_at(project, [REMPART, "up"], UP["revisions"], signal.SIGKILL)
    assert "revisions applied: 1" in project.run("up").stdout
    assert project.run("psql", "-Atc", "select id from public.thing").stdout == "3\n"


@pytest.mark.slow
def test_a_killed_up_on_a_running_server_leaves_it_running(project: Project) -> None:
    assert project.run("up").returncode == 0
    slow = (project.root / "migrations/versions/0002_slow.py").read_text()
    project.write("migrations/versions/0003_slow.py", slow.replace("0002", "0003").replace("0001", "0002"))
    send_at(project, [REMPART, "up"], UP["revisions"], signal.SIGKILL)
    assert project.run("down", "--data-dir", "another").returncode == 0
    assert project.run("psql", "-Atc", "select 1").stdout == "1\n"


@SLOW
@pytest.mark.parametrize("seed", range(3))
def test_an_up_killed_at_any_time(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    for _attempt in range(2):
        running = project.start(REMPART, "up")
        time.sleep(chance.uniform(0.2, 3.0))
        running.kill()
        running.communicate()
    assert project.run("up").returncode == 0
    assert project.run("psql", "-Atc", "table rempart.alembic_version").stdout == "0002\n"
    assert project.run("down").returncode == 0
    assert settled(project) == ([], [])


@pytest.mark.parametrize("number", ENDINGS)
@pytest.mark.parametrize("moment", [pytest.param("initdb", marks=SLOW), "revisions"])
def test_an_up_that_is_asked_to_end_leaves_nothing(project: Project, moment: str, number: signal.Signals) -> None:
    assert send_at(project, [REMPART, "up"], UP[moment], number) == ENDINGS[number]
    assert settled(project) == ([], [])
    assert not (project.root / ".rempart").exists()


@pytest.mark.parametrize("moment", [name if name == "ready" else pytest.param(name, marks=SLOW) for name in TEMPORARY])
def test_a_killed_temporary_server_is_removed_by_the_next(project: Project, moment: str) -> None:
    send_at(project, [sys.executable, "-c", TEMPORARY_SERVER], TEMPORARY[moment], signal.SIGKILL)
    subprocess.run(
        [sys.executable, "-c", SHORT_SERVER],
        cwd=project.root,
        env=project.environment,
        check=True,
        timeout=60,
    )
    assert settled(project) == ([], [])


@pytest.mark.parametrize("number", ENDINGS)
@pytest.mark.parametrize("moment", [pytest.param("initdb", marks=SLOW), "ready"])
def test_a_temporary_server_asked_to_end_leaves_nothing(project: Project, moment: str, number: signal.Signals) -> None:
    command = [sys.executable, "-c", TEMPORARY_SERVER]
    assert send_at(project, command, TEMPORARY[moment], number) == ENDINGS[number]
    assert settled(project) == ([], [])


def test_a_server_of_a_living_command_is_left_alone(project: Project) -> None:
    running = project.start(sys.executable, "-c", TEMPORARY_SERVER)
    try:
        while not TEMPORARY["ready"](project):
            time.sleep(0.01)
        before = set(project.processes())
        assert project.run("down").returncode == 0
        assert before <= set(project.processes())
    finally:
        running.terminate()
        running.communicate()
    assert settled(project) == ([], [])
