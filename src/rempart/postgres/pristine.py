"""Data directories as initdb leaves them, kept in the user's cache: to copy one takes a fraction of making it.

Only throw-away servers begin with a copy: servers that came from the same one have the same system identifier.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import shutil
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rempart.postgres import process
from rempart.postgres.account import Account
from rempart.postgres.binaries import Installation

CACHE_VARIABLE = "REMPART_CACHE_DIR"
_HALF = ".half-"
_UNUSED_FOR = 30 * 24 * 3600  # seconds


def copy(installation: Installation, account: Account, arguments: Sequence[str], data: Path) -> bool:
    """Make a data directory by copying, where one is kept that this user's own initdb made in the same way.

    Args:
        installation: The programs.
        account: The account that is to own it.
        arguments: The arguments of initdb, without the path of the directory.
        data: The directory; its parent exists and belongs to the account.

    Returns:
        Whether it was made; otherwise there is nothing of it.
    """
    kept = _place(installation, arguments)
    try:
        if kept is None or not _is_ours(kept):
            return False
        os.utime(kept)
        shutil.copytree(kept, data, symlinks=True, copy_function=shutil.copy)
        _hand_over(data, account)
    except OSError:
        shutil.rmtree(data, ignore_errors=True)
        return False
    return True


def forget(installation: Installation, arguments: Sequence[str]) -> None:
    """Remove what is kept: a server did not start on a copy of it.

    Args:
        installation: The programs.
        arguments: The arguments of initdb, without the path of the directory.
    """
    kept = _place(installation, arguments)
    if kept is not None:
        shutil.rmtree(kept, ignore_errors=True)


def keep(installation: Installation, arguments: Sequence[str], data: Path) -> None:
    """Keep a copy of a new data directory; where that is not possible, it is not kept.

    Args:
        installation: The programs that made it.
        arguments: The arguments of initdb, without the path of the directory.
        data: The directory; no server has run on it.
    """
    kept = _place(installation, arguments)
    if kept is None:
        return
    half = kept.with_name(f"{_HALF}{secrets.token_hex(8)}")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_unused(kept.parent)
        shutil.copytree(data, half, symlinks=True, copy_function=shutil.copy)
        half.chmod(0o700)
        half.rename(kept)  # fails when another command was quicker
        for other in kept.parent.glob(f"{kept.name.rpartition('-')[0]}-*"):
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        pass
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _place(installation: Installation, arguments: Sequence[str]) -> Path | None:
    """Where the directory of these programs and arguments is kept; None when this user has no cache."""
    cache = os.environ.get(CACHE_VARIABLE) or os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(cache) if cache else Path.home() / ".cache"
        program = (installation.bin_dir / "postgres").stat()
    except (OSError, RuntimeError):
        return None
    # initdb tries out what the machine can do and writes it into the configuration. Files that were not synced may be
    # short after a crash of the machine: each boot begins anew.
    machine, boot, _ = process.place().split(" ")
    made_by = _digest(machine, platform.release(), str(program.st_size), *arguments)
    return folder / "rempart" / "pristine" / f"{installation.major}-{made_by}-{_digest(boot)}"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def _is_ours(folder: Path) -> bool:
    """Whether nobody but this user could have written it."""
    with suppress(FileNotFoundError):
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
    return False


def _hand_over(data: Path, account: Account) -> None:
    if account.switched:
        for path in (data, *data.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _remove_unused(folder: Path) -> None:
    """Remove what was not copied for a month, and what a killed command left."""
    oldest = time.time() - _UNUSED_FOR
    for one in folder.iterdir():
        with suppress(OSError):
            if one.stat().st_mtime < oldest:
                shutil.rmtree(one, ignore_errors=True)
