"""Where the tests put what they make: in memory where there is room, for disks cost more than all else there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from rempart.postgres.pristine import CACHE_VARIABLE

_VARIABLE = "REMPART_TESTS_IN"
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3  # bytes; a run of everything takes some hundred megabytes


def short_root() -> str:
    """A folder whose path is short enough for sockets, and which every account can enter."""
    return os.environ.get(_VARIABLE) or "/tmp"


def work_in_memory() -> Callable[[], None]:
    """Have temporary files made in memory, by this process and those that it starts, unless TMPDIR says where.

    Returns:
        What removes them.
    """
    if "TMPDIR" in os.environ:
        return lambda: None
    try:
        found = os.statvfs(_MEMORY)
        if found.f_flag & os.ST_NOEXEC or found.f_bavail * found.f_frsize < _ROOM:
            return lambda: None
        folder = tempfile.mkdtemp(prefix="rt-", dir=_MEMORY)
    except OSError:
        return lambda: None
    Path(folder).chmod(0o1777)
    os.environ[_VARIABLE] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    os.environ.setdefault(CACHE_VARIABLE, f"{folder}/cache")
    return lambda: shutil.rmtree(folder, ignore_errors=True)
