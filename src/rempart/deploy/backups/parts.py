"""The file of a backup while it is being written: `.part`, locked as long as anybody writes it, then renamed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import OperationError

SUFFIX = ".part"
_IGNORE = ".gitignore"


@dataclass
class Part:
    """A backup that is being written.

    Attributes:
        path: The file.
        handle: Its open descriptor. A program that inherits it keeps the lock when this process is killed.
    """

    path: Path
    handle: int

    def finish(self) -> Path:
        """Give the file its name for good, once it is on the disk.

        Returns:
            The file under that name.
        """
        os.fsync(self.handle)
        final = self.path.with_name(self.path.name.removesuffix(SUFFIX))
        self.path.rename(final)
        sync_folder(final.parent)
        return final


@contextmanager
def claimed(folder: Path, name: str) -> Iterator[Part]:
    """A new file for a backup, which only this account may read; gone at the end unless it was finished.

    Args:
        folder: Its folder, see `prepare`.
        name: Its name, with the ending `.dump`.

    Raises:
        OperationError: It cannot be made.
    """
    part = _claim(folder, name)
    try:
        yield part
    finally:
        part.path.unlink(missing_ok=True)
        os.close(part.handle)


def prepare(backups: Path, folder: Path) -> list[str]:
    """Make the folders of backups, closed to others, and remove what killed backups left there.

    Args:
        backups: The folder of all backups; it gets a file that keeps it out of git.
        folder: That of one environment.

    Returns:
        Names of the files that were removed.

    Raises:
        OperationError: They cannot be made or read.
    """
    try:
        if not backups.exists():
            backups.mkdir(mode=0o700, parents=True)
            (backups / _IGNORE).write_text("# Backups hold the data of production.\n*\n", encoding="utf-8")
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        return [file.name for file in sorted(folder.glob(f"*{SUFFIX}")) if _removed(file)]
    except OSError as error:
        raise _refused(folder, error) from None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash of the machine.

    Args:
        folder: The folder.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _claim(folder: Path, name: str) -> Part:
    stem = name.removesuffix(".dump")
    number = 1
    while True:
        wanted = folder / (f"{stem}.dump" if number == 1 else f"{stem}-{number}.dump")
        path = wanted.with_name(wanted.name + SUFFIX)
        number += 1
        if wanted.exists():
            continue
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise _refused(folder, error) from None
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists():
                return Part(path, handle)
        os.close(handle)  # somebody who looks for files of the dead had it first


def _removed(file: Path) -> bool:
    """Whether a file was left by the dead, and is gone now."""
    try:
        handle = os.open(file, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.unlink(missing_ok=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)


def _refused(folder: Path, error: OSError) -> OperationError:
    return OperationError(
        f"no backup can be written to {folder}: {(error.strerror or str(error)).lower()}.",
        next_step="make the folder writable for this account, or name another by backups in [tool.rempart.deployment]",
    )
