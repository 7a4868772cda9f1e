"""Throw-away servers begin with a copy of an earlier data directory: a pristine one, this user's own, or none."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from rempart.errors import OperationError
from rempart.postgres import account, binaries, cluster, pristine
from rempart.postgres.embedded import temporary_server

pytestmark = pytest.mark.one_backend


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv(pristine.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "rempart" / "pristine"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """The commands of initdb that were run."""
    commands: list[list[str]] = []
    initdb = cluster._initdb
    monkeypatch.setattr(
        cluster, "_initdb", lambda command, account: commands.append(command) or initdb(command, account)
    )
    yield commands


def start() -> list[str]:
    """Start a server, plant something in it, and tell what databases and roles it had before."""
    with temporary_server() as server, psycopg.connect(server.url(), autocommit=True) as connection:
        names = "select datname from pg_database union all select rolname from pg_roles where rolname !~ '^pg_'"
        found = sorted(str(row[0]) for row in connection.execute(names))
        connection.execute("create role planted superuser")
        connection.execute("create database planted")
    return found


FRESH = ["postgres", "postgres", "template0", "template1"]


def test_initdb_runs_once_and_no_server_sees_what_another_did(cache: Path, made: list[list[str]]) -> None:
    assert [start(), start(), start()] == [FRESH] * 3
    assert len(made) == 1
    (kept,) = cache.iterdir()
    assert (kept.stat().st_mode & 0o777, kept.stat().st_uid) == (0o700, os.geteuid())


def _open_to_others(kept: Path) -> None:
    kept.chmod(0o755)


def _a_link(kept: Path) -> None:
    kept.rename(kept.with_name("elsewhere"))
    kept.symlink_to(kept.with_name("elsewhere"))


def _of_somebody_else(kept: Path) -> None:
    os.chown(kept, 12345, -1)


@pytest.mark.parametrize(
    "spoil",
    [
        _open_to_others,
        _a_link,
        pytest.param(
            _of_somebody_else, marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
        ),
    ],
)
def test_what_somebody_else_may_have_written_is_not_used(
    cache: Path, made: list[list[str]], spoil: Callable[[Path], None]
) -> None:
    start()
    (kept,) = cache.iterdir()
    spoil(kept)
    assert start() == FRESH
    assert len(made) == 2


def test_a_copy_that_fails_leaves_nothing(cache: Path, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    chown = pristine._hand_over

    def full(data: Path, account: account.Account) -> None:
        assert (data / "PG_VERSION").exists()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pristine, "_hand_over", full)
    assert start() == FRESH
    assert len(made) == 2
    monkeypatch.setattr(pristine, "_hand_over", chown)
    assert start() == FRESH
    assert len(made) == 2


def test_a_spoiled_one_is_forgotten(cache: Path, made: list[list[str]]) -> None:
    start()
    (kept,) = cache.iterdir()
    (kept / "global" / "pg_control").write_bytes(b"")
    assert [start(), start()] == [FRESH] * 2
    assert len(made) == 2, "made anew, and kept"


def test_settings_that_no_server_takes_are_told(cache: Path) -> None:
    start()
    with pytest.raises(OperationError, match="no_such_setting"), temporary_server(settings={"no_such_setting": "1"}):
        pass
    assert start() == FRESH


def test_one_of_an_earlier_boot_goes(cache: Path, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    # For this module alone: what this machine runs would else be taken for what was left before the boot, and removed.
    booted = SimpleNamespace(place=lambda: f"{socket.gethostname()} another-boot namespace")
    monkeypatch.setattr(pristine, "process", booted)
    assert start() == FRESH
    assert len(made) == 2
    assert len(list(cache.iterdir())) == 1


def test_without_a_cache_that_can_be_written_it_goes_without(
    tmp_path: Path, made: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(pristine.CACHE_VARIABLE, str(tmp_path / "file"))
    assert [start(), start()] == [FRESH] * 2
    assert len(made) == 2


def test_a_server_that_has_to_last_is_made_anew(cache: Path, made: list[list[str]], tmp_path: Path) -> None:
    start()
    runner = account.unprivileged()
    with temporary_server() as server:
        folder = server.socket_folder / "durable"
        folder.mkdir()
        runner.make_private(folder)
        cluster.initialise(binaries.embedded(18, runner), runner, folder / "data", durable=True)
    assert len(made) == 2
    assert "--no-sync" not in made[1]


def test_what_was_not_used_for_long_is_removed(cache: Path) -> None:
    old, recent = cache / "17-0", cache / "16-0"
    for folder in (old, recent):
        folder.mkdir(parents=True)
    month_ago = time.time() - 32 * 24 * 3600
    os.utime(old, (month_ago, month_ago))
    start()
    assert not old.exists()
    assert recent.exists()
    assert len(list(cache.iterdir())) == 2, "nothing half done is left"
