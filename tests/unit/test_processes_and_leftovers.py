"""Nothing is stopped or removed that the records do not prove to be ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rempart.errors import OperationError
from rempart.postgres import leftovers, process
from rempart.postgres.interruption import Terminated, uninterrupted, unwinding
from rempart.postgres.lock import locked


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv(leftovers.STATE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as running:
        yield running
        running.kill()


def dead() -> process.Identity:
    with subprocess.Popen(["sleep", "60"]) as running:
        identity = process.identify(running.pid)
        running.kill()
    assert identity is not None
    return identity


def record_of_a_dead_command(state: Path, **changes: object) -> Path:
    record = leftovers.register(token="t")
    file = state / "t.json"
    file.write_text(json.dumps(asdict(replace(record, command=dead(), **changes)), default=str))
    return file


def test_a_process_is_itself_and_not_a_later_one_with_its_number(sleeper: subprocess.Popen[bytes]) -> None:
    identity = process.identify(sleeper.pid)
    assert identity is not None
    assert process.alive(identity)
    assert not process.alive(replace(identity, started="1"))
    assert not process.alive(replace(identity, place="another machine"))
    assert not process.stop(replace(identity, started="1"), signal.SIGKILL, 1) or sleeper.poll() is None


def test_a_dead_process_not_yet_reaped_is_dead() -> None:
    running = subprocess.Popen(["true"])
    deadline = time.monotonic() + 10
    while process.identify(running.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.identify(running.pid) is None
    running.wait()


def test_a_process_that_does_not_listen_is_killed() -> None:
    deaf = subprocess.Popen(
        [sys.executable, "-c", "import signal,time\nsignal.signal(15,1)\nprint(flush=True)\ntime.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    assert deaf.stdout is not None
    deaf.stdout.readline()
    identity = process.identify(deaf.pid)
    assert identity is not None
    assert process.stop(identity, signal.SIGTERM, 0.2) is False
    assert not process.alive(identity)
    deaf.stdout.close()
    deaf.returncode = 0


def test_only_postgres_programs_serve_a_folder(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as running:
        assert not process.serves(running.pid, tmp_path)
        assert list(process.serving(tmp_path)) == []
        running.kill()


@pytest.mark.parametrize(
    ("then", "rebooted"),
    [
        ("same boot ns", False),
        ("other {boot} {ns}", False),
        ("{host} other {ns}", True),
        ("{host} {boot} other", False),
    ],
)
def test_a_reboot_is_told_from_another_machine(then: str, rebooted: bool) -> None:
    host, boot, namespace = process.place().split(" ")
    assert process.rebooted_since(then.format(host=host, boot=boot, ns=namespace)) is rebooted


def test_what_a_dead_command_left_is_removed(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rempart-x"
    (folder / "data").mkdir(parents=True)
    record_of_a_dead_command(state, data=folder / "data", folders=(folder,))
    assert leftovers.sweep() == 1
    assert not folder.exists()
    assert not state.exists(), "the folder of the records exists only while it holds any"


def test_what_a_living_command_made_stays(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rempart-x"
    folder.mkdir()
    record = leftovers.register(folders=(folder,))
    assert leftovers.sweep() == 0
    assert folder.exists()
    assert leftovers.discard(record)
    assert (folder.exists(), state.exists()) == (False, False)


def test_a_folder_that_is_not_named_like_ours_stays(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    file = record_of_a_dead_command(state, folders=(folder,))
    assert leftovers.sweep() == 0
    assert folder.exists()
    assert file.exists()


def test_a_recorded_number_that_is_another_process_now_is_not_stopped(
    state: Path, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    identity = process.identify(sleeper.pid)
    record_of_a_dead_command(state, data=tmp_path / "data", postmaster=identity)
    assert leftovers.sweep() == 1
    assert sleeper.poll() is None


def test_records_of_another_machine_or_of_another_format_are_left(state: Path) -> None:
    file = record_of_a_dead_command(state)
    value = json.loads(file.read_text())
    value["command"]["place"] = "elsewhere boot ns"
    file.write_text(json.dumps(value))
    (state / "strange.json").write_text('{"new": "format"}')
    (state / "half.new").write_text("{")
    assert leftovers.sweep() == 0
    assert sorted(entry.name for entry in state.iterdir()) == ["strange.json", "t.json"]


def test_the_records_are_private(state: Path) -> None:
    leftovers.register()
    assert state.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_records_that_somebody_else_owns_is_refused(state: Path) -> None:
    state.mkdir()
    os.chown(state, 65534, 65534)
    with pytest.raises(OperationError, match="belongs to somebody else"):
        leftovers.register()


def test_a_lock_is_released_when_its_holder_dies(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    code = (
        "import pathlib, sys, time\nfrom rempart.postgres.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n    print(flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        waited: list[bool] = []

        def release() -> None:
            waited.append(True)
            holder.kill()

        with locked(file, release):
            assert waited == [True]


def test_sigterm_unwinds_and_waits_for_the_cleaning_up() -> None:
    steps = []
    before = signal.getsignal(signal.SIGTERM)  # another's: the session's own server may be up in this process
    with pytest.raises(Terminated) as caught, unwinding():
        try:
            with uninterrupted():
                os.kill(os.getpid(), signal.SIGTERM)
                steps.append("cleaned up")
            steps.append("never")
        finally:
            steps.append("unwound")
    assert steps == ["cleaned up", "unwound"]
    assert caught.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_ignored_hangup_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with unwinding(), uninterrupted():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
