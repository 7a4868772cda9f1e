"""A server in a container: started, entered with its password only, and removed whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.errors import OperationError, UsageError
from rempart.postgres import databases, leftovers, platform
from rempart.postgres.container import ContainerServer, container_server
from rempart.postgres.external import external_server
from rempart.postgres.server import connect, parse

pytestmark = pytest.mark.container

COMMAND = """
import pathlib, sys, time
from rempart.postgres.container import container_server
from rempart.postgres.interruption import Terminated
try:
    with container_server():
        pathlib.Path("ready").touch()
        time.sleep(60)
except Terminated as signal:
    sys.exit(signal.exit_code)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ContainerServer]:
    with container_server() as started:
        yield started


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv(leftovers.STATE_VARIABLE, str(folder))
    return folder


def containers(token: str) -> list[str]:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"label=rempart.record={token}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def noted(state: Path) -> str:
    """Wait for the note of a container and for the container; the token."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        tokens = [file.stem for file in state.glob("*.json")]
        if tokens and containers(tokens[0]):
            return tokens[0]
        time.sleep(0.05)
    raise AssertionError("no container was started")


def test_the_superuser_enters_with_the_password_only(server: ContainerServer) -> None:
    assert server.label == f"container-{server.major}"
    assert server.bin_dir is None
    with connect(server.url()) as connection:
        assert connection.execute("select current_setting('is_superuser')").fetchone() == ("on",)
    assert server.password not in repr(server)


def test_a_wrong_password_is_an_operation_error_that_does_not_show_it(server: ContainerServer) -> None:
    wrong = server.url().replace(server.password, "wr0ng-secret")
    for attempt in (external_server, connect):
        with pytest.raises(OperationError, match="password authentication failed") as caught:
            attempt(wrong)
        assert caught.value.exit_code == 3
        assert "wr0ng-secret" not in caught.value.message
        assert ":***@" in caught.value.message


def test_login_roles_of_the_platform_get_the_password(server: ContainerServer, tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text(
        "do $$ begin\nif not exists (select from pg_roles where rolname = 'own') then\n"
        "create role own login; create role gate login; create role plain nologin; end if; end $$;"
    )
    with databases.throwaway(server) as name:
        platform.install(server, name, tmp_path, "own")
        for role in ("own", "gate"):
            with connect(server.url(name, role)) as connection:
                assert connection.execute("select current_user::text").fetchone() == (role,)
        with connect(server.url(name)) as connection:
            query = "select rolpassword from pg_authid where rolname = any(%s)"
            assert connection.execute(query, (["plain"],)).fetchall() == [(None,)]
            verifiers = connection.execute(query, (["own", "gate"],)).fetchall()
            assert all(verifier.startswith("SCRAM-SHA-256$") for (verifier,) in verifiers)


def test_a_running_container_serves_as_an_external_server(server: ContainerServer) -> None:
    given = external_server(server.url())
    assert (given.label, given.password) == (f"external-{server.major}", server.password)
    assert parse(given.url("other", "somebody")) == parse(server.url("other", "somebody"))
    assert server.password not in repr(given)


def test_a_container_is_removed_after_a_failure(state: Path) -> None:
    with pytest.raises(ZeroDivisionError), container_server():
        token = noted(state)
        raise ZeroDivisionError
    assert containers(token) == []
    assert not state.exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)])
def test_a_container_of_a_stopped_command_does_not_stay(
    state: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with subprocess.Popen([sys.executable, "-c", COMMAND], cwd=tmp_path) as running:
        token = noted(state)
        running.send_signal(number)
        assert running.wait(60) == code
    leftover = containers(token)
    assert (leftover != []) == (number == signal.SIGKILL)
    assert leftovers.sweep() == len(leftover)
    assert containers(token) == []
    assert not state.exists()


def test_a_note_stays_while_its_engine_does_not_answer(state: Path, tmp_path: Path) -> None:
    record = leftovers.register(engine=f"unix://{tmp_path}/nowhere")
    assert leftovers.discard(record) is False
    assert [file.stem for file in state.glob("*.json")] == [record.token]


def test_an_image_that_is_not_there_is_an_operation_error(state: Path) -> None:
    name = "rempart.invalid/no-such-image:1"
    with pytest.raises(OperationError, match=name) as caught, container_server(name):
        pass
    assert caught.value.next_step
    assert not state.exists()


def test_no_engine_is_an_operation_error(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DOCKER_HOST", f"unix://{tmp_path}/nowhere")
    with pytest.raises(OperationError, match="container engine") as caught, container_server():
        pass
    assert "docker info" in caught.value.next_step
    assert not state.exists()


def test_testcontainers_not_installed_is_a_usage_error(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "testcontainers.core.container", None)
    with pytest.raises(UsageError, match="is not installed") as caught, container_server():
        pass
    assert "rempart[container]" in caught.value.next_step
