"""What a command starts is written down first, so that the next one finds it when the command was killed."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rempart.errors import OperationError
from rempart.postgres import process

STATE_VARIABLE = "REMPART_STATE_DIR"
FOLDER_PREFIX = "rempart-"
_PATIENCE = 5.0
_ATTEMPTS = 100


@dataclass(frozen=True)
class Record:
    """What one command has started, or is about to start.

    Attributes:
        token: A random name of the record.
        command: The command. While it lives, the record is its own business.
        data: Data directory of the server; None for a container.
        folders: Folders that go when the server goes; none of them need exist yet.
        postmaster: The server process, once it is known.
        engine: Address of the engine that runs a container labelled with the token, ``""`` for the default
            one; None for no container.
    """

    token: str
    command: process.Identity
    data: Path | None = None
    folders: tuple[Path, ...] = ()
    postmaster: process.Identity | None = None
    engine: str | None = None


def new_token() -> str:
    """A random name that nobody can guess."""
    return secrets.token_hex(8)


def register(
    *,
    token: str | None = None,
    data: Path | None = None,
    folders: tuple[Path, ...] = (),
    engine: str | None = None,
) -> Record:
    """Write down what this command is about to make, before it makes it.

    Raises:
        OperationError: The record cannot be written.
    """
    record = Record(token or new_token(), process.myself(), data, folders, engine=engine)
    _write(record)
    return record


def started(record: Record, postmaster: process.Identity) -> Record:
    """Add the server process to a record; the new record."""
    complete = replace(record, postmaster=postmaster)
    _write(complete)
    return complete


def forget(record: Record) -> None:
    """Drop a record: what it names is gone, or is meant to stay."""
    with _records() as folder:
        _file(folder, record).unlink(missing_ok=True)


def discard(record: Record) -> bool:
    """Stop what a record names, remove its folders, and drop the record; whether all of that worked.

    A record whose things could not be removed stays for a later attempt.
    """
    gone = _undo(record)
    if gone:
        forget(record)
    return gone


def sweep() -> int:
    """Undo the records of commands that are dead; the number of records undone.

    Raises:
        OperationError: The folder of the records cannot be used.
    """
    undone = 0
    with _records() as folder:
        for half in folder.glob("*.new"):  # of a command that was killed while it wrote; the lock is ours now
            half.unlink(missing_ok=True)
        for file in folder.glob("*.json"):
            record = _read(file)
            if record is not None and _abandoned(record) and _undo(record):
                file.unlink(missing_ok=True)
                undone += 1
    return undone


def _abandoned(record: Record) -> bool:
    command = record.command
    if process.rebooted_since(command.place):
        return True
    return command.place == process.place() and not process.alive(command)


def _undo(record: Record) -> bool:
    if record.engine is not None and not _remove_container(record):
        return False
    if record.data is not None and not process.rebooted_since(record.command.place):
        for identity in _processes(record):
            process.stop(identity, signal.SIGQUIT, _PATIENCE)
    for folder in record.folders:
        if folder.name.startswith(FOLDER_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
    return not any(folder.exists() for folder in record.folders)


def _processes(record: Record) -> Iterator[process.Identity]:
    """The postmaster first, then whatever else is at work on the data directory until nothing is."""
    assert record.data is not None
    known = record.postmaster
    if known is not None and process.alive(known) and process.serves(known.pid, record.data):
        yield known
    if known is not None and not any(record.data.is_relative_to(folder) for folder in record.folders):
        return  # the directory stays, and another server may serve it by now
    for _attempt in range(20):
        found = [identity for pid in process.serving(record.data) if (identity := process.identify(pid))]
        if not found:
            return
        yield from found


def _remove_container(record: Record) -> bool:
    from rempart.postgres.container import remove_labelled  # only here is an engine needed

    return remove_labelled(record.engine or "", record.token)


@contextmanager
def _records() -> Iterator[Path]:
    """The private folder of the records, for this process alone meanwhile. It exists only while it holds any.

    It is REMPART_STATE_DIR, else in the user's state folder, else in the temporary folder.

    Raises:
        OperationError: None can be used.
    """
    with ExitStack() as stack:
        folder = _locked_folder(stack)
        try:
            yield folder
        except OSError as error:
            raise OperationError(
                f"running servers cannot be noted in {folder}: {(error.strerror or str(error)).lower()}.",
                next_step=f"free some space, or name another folder in {STATE_VARIABLE}",
            ) from None
        finally:
            with suppress(OSError):
                folder.rmdir()


def _locked_folder(stack: ExitStack) -> Path:
    problems: dict[Path, str] = {}
    for folder in _candidates():
        for _attempt in range(_ATTEMPTS):
            try:
                _make_private(folder)
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(handle), folder.stat()):
                    with tempfile.TemporaryFile(dir=folder):  # a full or read-only disk shows here, not later
                        return folder
            except FileNotFoundError as error:  # somebody has just removed it, since it was empty
                problems[folder] = error.strerror or str(error)
            except OSError as error:
                problems[folder] = error.strerror or str(error)
                break
    raise OperationError(
        "running servers cannot be noted: "
        + "; ".join(f"{folder}: {problem.lower()}" for folder, problem in problems.items()),
        next_step=f"name a writable folder in the environment variable {STATE_VARIABLE}",
    )


def _candidates() -> list[Path]:
    if chosen := os.environ.get(STATE_VARIABLE):
        return [Path(chosen)]
    base = os.environ.get("XDG_STATE_HOME")
    home = Path(base) if base else Path("~/.local/state").expanduser()
    return [home / "rempart", Path(tempfile.gettempdir()) / f"{FOLDER_PREFIX}state-{os.geteuid()}"]


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to somebody else")
    folder.chmod(0o700)


def _file(folder: Path, record: Record) -> Path:
    return folder / f"{record.token}.json"


def _write(record: Record) -> None:
    text = json.dumps(asdict(record), default=str)
    with _records() as folder:
        half = folder / f"{record.token}.new"
        half.write_text(text)
        half.rename(_file(folder, record))


def _read(file: Path) -> Record | None:
    """The record of a file; None for one that this version cannot read, which is left alone."""
    try:
        value: dict[str, Any] = json.loads(file.read_text())
        known = value["postmaster"]
        return Record(
            token=value["token"],
            command=process.Identity(**value["command"]),
            data=Path(value["data"]) if value["data"] else None,
            folders=tuple(Path(folder) for folder in value["folders"]),
            postmaster=process.Identity(**known) if known else None,
            engine=value["engine"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
