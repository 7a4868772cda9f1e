"""Processes told apart from later ones that got the same number, and looked for by the folder they serve."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PROGRAMS = {"postgres", "initdb"}


@dataclass(frozen=True)
class Identity:
    """A process: its number, and when it was started, since numbers are used again.

    Attributes:
        pid: The process number.
        started: When it was started, in an opaque form that equals only itself.
        place: The machine, its boot and the process namespace in which the number means this process.
    """

    pid: int
    started: str
    place: str


def place() -> str:
    """The machine, its boot and the process namespace of this process."""
    boot = namespace = "?"
    with contextlib.suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    with contextlib.suppress(OSError):
        namespace = str((_PROC / "self/ns/pid").readlink())
    return f"{socket.gethostname()} {boot} {namespace}"


def rebooted_since(recorded: str) -> bool:
    """Whether a recorded place is this machine before its last boot: none of its processes can live."""
    here, then = place().split(" "), recorded.split(" ")
    return len(then) == len(here) and then[0] == here[0] and "?" not in (then[1], here[1]) and then[1] != here[1]


def identify(pid: int) -> Identity | None:
    """The identity of a process that runs now; None when there is none, or only one not yet reaped."""
    started = _started(pid)
    return None if started is None else Identity(pid, started, place())


def alive(identity: Identity) -> bool:
    """Whether exactly this process still runs. One of another place is never said to be alive here."""
    return identify(identity.pid) == identity


def myself() -> Identity:
    """The identity of this process."""
    found = identify(os.getpid())
    if found is None:  # a hidden /proc and no ps: the number alone has to do
        return Identity(os.getpid(), "?", place())
    return found


def serves(pid: int, folder: Path) -> bool:
    """Whether a process is a Postgres program at work on a data directory, by its arguments or its folder."""
    entry = _PROC / str(pid)
    if not _has_proc():
        words = _ask_ps(pid, "command=").split()
        return bool(words) and Path(words[0]).name in _PROGRAMS and str(folder) in words
    with contextlib.suppress(OSError):
        if (entry / "comm").read_text(errors="replace").strip() in _PROGRAMS:
            words_given = (entry / "cmdline").read_bytes().split(b"\0")
            return os.fsencode(folder) in words_given or (entry / "cwd").readlink() == folder
    return False


def serving(folder: Path) -> Iterator[int]:
    """The Postgres programs at work on a data directory.

    It finds what was killed before it could be recorded. Where there is no ``/proc`` it finds nothing.
    """
    for entry in _PROC.iterdir() if _has_proc() else ():
        if entry.name.isdigit() and serves(int(entry.name), folder):
            yield int(entry.name)


def stop(identity: Identity, first: signal.Signals, patience: float) -> bool:
    """Ask a process to end; kill it when it has not ended after ``patience`` seconds.

    Args:
        identity: The process; nothing is sent when it is not that one any more.
        first: The signal that asks.
        patience: Seconds to wait before SIGKILL.

    Returns:
        Whether it ended by itself.
    """
    for wish, seconds in ((first, patience), (signal.SIGKILL, 10.0)):
        if not alive(identity):
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, wish)
        if wait_for_end(identity, seconds):
            return wish == first
    return False


def wait_for_end(identity: Identity, seconds: float) -> bool:
    """Wait until a process has ended; whether it has within the time."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while alive(identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    with contextlib.suppress(ChildProcessError):  # it is ours to reap only if this process started it
        os.waitpid(identity.pid, os.WNOHANG)
    return True


def _started(pid: int) -> str | None:
    if _has_proc():
        try:
            text = (_PROC / str(pid) / "stat").read_text(errors="replace")
        except OSError:
            return None
        fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
        return None if fields[0] in "ZX" else fields[19]
    state, _, since = _ask_ps(pid, "state=,lstart=").partition(" ")
    return None if not state or state.startswith("Z") else since.strip()


def _has_proc() -> bool:
    return (_PROC / "self/stat").exists()


def _ask_ps(pid: int, columns: str) -> str:
    command = ["ps", "-ww", "-o", columns, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
