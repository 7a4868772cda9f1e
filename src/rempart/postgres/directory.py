"""A data directory that persists: examined before it is touched, started, stopped, remade when half made."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rempart.errors import OperationError, RempartError, UsageError
from rempart.postgres import account, binaries, cluster, leftovers, marker, process
from rempart.postgres.account import Account
from rempart.postgres.cluster import EmbeddedServer
from rempart.postgres.interruption import uninterrupted, unwinding
from rempart.postgres.lock import locked
from rempart.postgres.marker import Marker

_LOCK = "rempart.lock"
_DATA = "data"
_LOG = "server.log"
_OURS_BEFORE_THE_MARKER = {_LOCK, f"{marker.NAME}.new"}
_PATIENCE = 60.0
_SOCKET_PREFIX = f"{leftovers.FOLDER_PREFIX}socket-"
_ELSEWHERE = "choose another folder with --data-dir"

Prepare = Callable[[EmbeddedServer], None]
Report = Callable[[str], None]


class DataDirectory:
    """A folder that holds one Postgres cluster of rempart.

    Args:
        path: The folder; it need not exist.
        major: Major version asked for; None takes what the folder holds, or the newest for a new one.
        note: Receives what the user should know.
    """

    def __init__(self, path: Path, major: int | None = None, note: Report | None = None) -> None:
        self.path = path.expanduser().resolve()
        self._wanted = major
        self._note = note or (lambda _message: None)

    @property
    def data(self) -> Path:
        """The directory that Postgres calls its data directory."""
        return self.path / _DATA

    @property
    def log(self) -> Path:
        """The file that receives what the server says."""
        return self.path / _LOG

    def read(self) -> Marker | None:
        """What the folder says about itself; None when it does not exist or is empty.

        Raises:
            UsageError: It is a file, or holds something else, or was made for another major version.
            OperationError: It cannot be read, or its marker is damaged.
        """
        if not _is_folder(self.path):
            return None
        with _explained(self.path, "cannot be read"):
            entries = {entry.name for entry in self.path.iterdir()}
        found = marker.read(self.path)
        if found is None:
            if entries - _OURS_BEFORE_THE_MARKER:
                raise _foreign(self.path)
            return None
        if self._wanted not in (None, found.major):
            raise UsageError(
                f"{self.path} holds data of Postgres {found.major}, not {self._wanted}.",
                next_step=f"ask for --postgres {found.major}, or {_ELSEWHERE}",
            )
        return found

    def running(self) -> EmbeddedServer | None:
        """The server that serves the directory now; None when none does.

        Raises:
            RempartError: See :meth:`read`.
        """
        found = self.read()
        state = cluster.status(self.data) if found else None
        if found is None or state is None or not state.ready or state.socket_folder is None:
            return None
        identity = process.identify(state.pid)
        if identity is None or not process.serves(state.pid, self.data):
            return None
        return EmbeddedServer(binaries.embedded(found.major, self._account()), state.socket_folder, identity)

    def start(self, prepare: Prepare | None = None) -> EmbeddedServer:
        """Start the server, or find it running; make the directory first when it is new or half made.

        Args:
            prepare: Called with the server while no other command may touch the directory. A new directory
                counts as complete once it has returned.

        Raises:
            UsageError: The folder is not one that rempart may use; see :meth:`read`.
            OperationError: It cannot be reached or written, or Postgres failed. A directory that was being
                made is gone again then, and a server that was started is stopped; so it is too when
                ``prepare`` raises.
        """
        self.read()
        runner = self._account()
        with unwinding():
            made = _make_folder(self.path, runner)
            try:
                with self._held():
                    return self._start_held(runner, prepare)
            except BaseException:
                _remove_empty(made)
                raise

    def stop(self) -> bool:
        """Stop the server, letting it finish its writes; whether one was running.

        Raises:
            RempartError: See :meth:`read`.
        """
        if self.read() is None:
            return False
        with self._held():
            state = cluster.status(self.data)
            identity = process.identify(state.pid) if state else None
            running = identity is not None and process.serves(identity.pid, self.data)
            if identity is not None and running:
                process.stop(identity, signal.SIGINT, _PATIENCE)
            if found := self.read():
                _remove_socket_folder(found)
            return running

    def sample(self) -> marker.Sample:
        """How far the loading of the sample data got."""
        found = self.read()
        return found.sample if found else "none"

    def note_sample(self, state: marker.Sample) -> None:
        """Remember in the marker how far the loading of the sample data got."""
        self._write(sample=state)

    def _start_held(self, runner: Account, prepare: Prepare | None) -> EmbeddedServer:
        found = self.read()  # again: the first look was without the lock
        if found is not None and found.state == "ready":
            return self._resume(found, runner, prepare)
        try:
            return self._install(found, runner, prepare)
        except BaseException:
            if not (self.path / marker.NAME).exists():
                (self.path / _LOCK).unlink(missing_ok=True)
            raise

    def _install(self, found: Marker | None, runner: Account, prepare: Prepare | None) -> EmbeddedServer:
        if found is not None:
            self._note(f"an earlier installation in {self.path} did not finish: it is made again")
            self._clear(found)
        major = self._wanted or (found.major if found else binaries.DEFAULT_MAJOR)
        installation = binaries.embedded(major, runner)
        fresh = Marker(version("rempart"), major, "installing", self._socket_folder(runner))
        record = leftovers.register(data=self.data, folders=_folders(fresh))
        try:
            self._mark(fresh)
            cluster.initialise(installation, runner, self.data, durable=True)
            server = self._launch(fresh, runner, record)
            if prepare is not None:
                prepare(server)
            self._write(state="ready")
        except BaseException:
            with uninterrupted():
                leftovers.discard(record)
                self._clear(fresh)
            raise
        leftovers.forget(record)
        return server

    def _resume(self, found: Marker, runner: Account, prepare: Prepare | None) -> EmbeddedServer:
        if server := self.running():
            if prepare is not None:
                prepare(server)
            return server
        if not (self.data / "PG_VERSION").is_file():
            raise OperationError(
                f"{self.path} was complete once, but {self.data} is missing now, or not whole.",
                next_step=f"put {self.data} back from a copy; or remove {self.path} and lose its data",
            )
        _remove_socket_folder(found)
        fresh = replace(found, socket_folder=self._socket_folder(runner))
        record = leftovers.register(data=self.data, folders=_folders(fresh))
        try:
            self._mark(fresh)
            server = self._launch(fresh, runner, record)
            if prepare is not None:
                prepare(server)
        except BaseException:
            with uninterrupted():
                leftovers.discard(record)
            raise
        leftovers.forget(record)
        return server

    def _launch(self, found: Marker, runner: Account, record: leftovers.Record) -> EmbeddedServer:
        if found.socket_folder is not None:
            with _explained(found.socket_folder, "cannot be made"):
                found.socket_folder.mkdir(mode=0o700)
                runner.make_private(found.socket_folder)
        installation = binaries.embedded(found.major, runner)
        with _explained(self.log, "cannot be written"):
            self.log.touch(mode=0o600)
            self._hand_over(self.log)
        server = cluster.launch(installation, runner, self.data, found.socket_folder or self.path, self.log, {})
        leftovers.started(record, server.postmaster)
        return server

    def _account(self) -> Account:
        """The account of the server; root keeps to that of the directory's owner."""
        if os.geteuid() == 0 and self.path.is_dir() and (owner := self.path.stat().st_uid) != 0:
            return account.of_user(owner)
        return account.unprivileged()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep other commands from starting or stopping the server meanwhile."""
        file = self.path / _LOCK
        with ExitStack() as stack:
            with _explained(self.path, "is not writable"):
                stack.enter_context(locked(file, lambda: self._note(f"waiting for a command on {self.path}")))
                if not file.exists():
                    raise OperationError(
                        f"another command removed {self.path} meanwhile.", next_step="run the command again"
                    )
                self._hand_over(file)
            yield

    def _write(self, **changes: Any) -> None:
        found = self.read()
        if found is not None:
            self._mark(replace(found, **changes))

    def _mark(self, state: Marker) -> None:
        with _explained(self.path, "is not writable"):
            marker.write(self.path, state)
            self._hand_over(self.path / marker.NAME)

    def _hand_over(self, file: Path) -> None:
        """Let root leave nothing that the owner of the directory could not use."""
        if os.geteuid() == 0:
            owner = self.path.stat()
            os.chown(file, owner.st_uid, owner.st_gid)

    def _socket_folder(self, runner: Account) -> Path | None:
        if cluster.fits_a_socket(self.path):
            return None
        return cluster.temporary_root(runner) / f"{_SOCKET_PREFIX}{leftovers.new_token()}"

    def _clear(self, found: Marker) -> None:
        """Remove what an installation that did not end has made; the directory holds nothing else."""
        for pid in process.serving(self.data):
            if identity := process.identify(pid):
                process.stop(identity, signal.SIGQUIT, _PATIENCE)
        _remove_socket_folder(found)
        shutil.rmtree(self.data, ignore_errors=True)
        for name in (_LOG, marker.NAME):
            (self.path / name).unlink(missing_ok=True)


def _folders(state: Marker) -> tuple[Path, ...]:
    return (state.socket_folder,) if state.socket_folder else ()


def _is_folder(path: Path) -> bool:
    """Whether the path is a folder; False when nothing is there.

    Raises:
        UsageError: It is something else, or a part of it is.
        OperationError: It cannot be looked at.
    """
    with _explained(path, "cannot be reached"):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            raise UsageError(f"a part of the path {path} is a file.", next_step=_ELSEWHERE) from None
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a file, not a folder.", next_step=_ELSEWHERE)
    return True


def _foreign(path: Path) -> RempartError:
    state = cluster.status(path)
    if state is not None and process.identify(state.pid) is not None:
        return OperationError(
            f"{path} is in use by a Postgres server (process {state.pid}) that rempart did not start.",
            next_step=_ELSEWHERE,
        )
    if (path / "PG_VERSION").exists():
        return UsageError(f"{path} is a Postgres data directory not made by rempart.", next_step=_ELSEWHERE)
    return UsageError(f"{path} is not empty and was not made by rempart; it was left as it is.", next_step=_ELSEWHERE)


def _make_folder(path: Path, runner: Account) -> list[Path]:
    """Make the folder, private to the account, and those missing above it; the folders that were made.

    Raises:
        OperationError: It cannot be made, or the account cannot get there.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()][::-1]
    with _explained(path, "cannot be made"):
        if (refused := runner.refused_at((missing[0] if missing else path).parent)) is not None:
            raise OperationError(
                f"the account {runner.name}, which is to run the server, cannot enter {refused}.",
                next_step=f"open that folder to it (chmod a+x), or {_ELSEWHERE}",
            )
        made: list[Path] = []
        try:
            for folder in missing:
                try:
                    folder.mkdir()
                except FileExistsError:
                    # Another `up` was quicker; the lock inside decides between the two.
                    if folder.is_dir():
                        continue
                    raise
                made.append(folder)
                folder.chmod(0o755)
            if made or not any(path.iterdir()):
                runner.make_private(path)
        except BaseException:
            _remove_empty(made)
            raise
    return made


def _remove_empty(made: list[Path]) -> None:
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


def _remove_socket_folder(found: Marker) -> None:
    folder = found.socket_folder
    if folder is not None and folder.name.startswith(_SOCKET_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _explained(path: Path, what: str) -> Iterator[None]:
    """Turn an error of the file system into one that names the folder and the next step."""
    try:
        yield
    except OSError as error:
        steps = {
            errno.ENOSPC: "free some space and run the command again",
            errno.EDQUOT: "free some space and run the command again",
            errno.EROFS: f"{_ELSEWHERE}, on a writable file system",
        }
        raise OperationError(
            f"{path} {what}: {(error.strerror or str(error)).lower()}.",
            next_step=steps.get(error.errno or 0, f"run the command as the owner of the folder, or {_ELSEWHERE}"),
        ) from None
