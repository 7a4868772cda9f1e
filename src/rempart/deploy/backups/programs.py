"""The programs of Postgres that write and read dumps, of a version that fits, and their complaints in plain words."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from rempart.errors import OperationError
from rempart.postgres import binaries
from rempart.postgres.server import masked, parse

_SHOWN_LINES = 4
_LOOK_SECONDS = 5.0
_FULL = ("no space left on device", "file too large", "disk quota exceeded", "disk full")


class ProgramFailure(Exception):
    """A program of Postgres failed.

    Attributes:
        said: What it said, without passwords.
    """

    def __init__(self, program: str, code: int, said: str) -> None:
        super().__init__(f"{program} failed")
        self.program = program
        ended = f"it was ended by {signal.Signals(-code).name}" if code < 0 else ""
        lines = [line for line in said.splitlines() if line.strip()]
        telling = [line for line in lines if "error:" in line or "FATAL" in line or "ERROR" in line] or lines
        self.said = "; ".join([*telling[:_SHOWN_LINES], *([ended] if ended else [])]) or "it said nothing"

    @property
    def disk_is_full(self) -> bool:
        """Whether there was no room for what it wrote."""
        said = self.said.lower()
        return any(mark in said for mark in _FULL) or "SIGXFSZ" in self.said


def fitting(major: int) -> int:
    """The version of the programs for a server or a dump: the same, or else the smallest newer one.

    Args:
        major: Major version of the server, or of the pg_dump that wrote a dump.

    Raises:
        OperationError: Nothing installed is as new.
    """
    known = binaries.installed()
    newer = [one for one in known if one >= major]
    if not newer:
        raise OperationError(
            f"a dump of Postgres {major} needs programs of that version or later, and those installed are"
            f" {', '.join(map(str, known)) or 'none'}.",
            next_step="update the package that carries the embedded Postgres",
        )
    return min(newer)


def run(
    major: int,
    program: str,
    arguments: Sequence[str],
    url: str | None = None,
    *,
    output: int | None = None,
    settings: Mapping[str, str] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[str, str]:
    """Run a program to its end; it ends with this block whatever happens.

    Args:
        major: Version of the program.
        program: Its name.
        arguments: Its arguments; they hold no secret.
        url: The database it connects to: its password goes through the environment.
        output: A file descriptor for what it writes; kept as text by default.
        settings: Settings of its session.
        meanwhile: Called every few seconds; what it raises ends the program.

    Returns:
        What it wrote, and what it said beside.

    Raises:
        ProgramFailure: It failed.
    """
    environment = {**os.environ, "PGAPPNAME": "rempart backup", "LC_MESSAGES": "C"}
    password = parse(url).get("password") if url else None
    if password:
        environment["PGPASSWORD"] = str(password)
    if settings:
        environment["PGOPTIONS"] = " ".join(f"-c {name}={value}" for name, value in settings.items())
    running = subprocess.Popen(
        [binaries.installed()[major].program(program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if output is None else output,
        stderr=subprocess.PIPE,
        env=environment,
        # A limit on the size of files is to be an error that is told, not a signal that kills.
        restore_signals=False,
    )
    try:
        while True:
            try:
                written, said = running.communicate(timeout=_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                meanwhile()
    except BaseException:
        running.kill()
        running.wait()
        raise
    text = _without(masked(said.decode(errors="replace")), password)
    if running.returncode:
        raise ProgramFailure(program, running.returncode, text)
    return (written or b"").decode(errors="replace"), text


def _without(text: str, password: object) -> str:
    secret = str(password or "")
    return text.replace(secret, "***") if len(secret) > 2 else text
