"""One data directory: made by initdb, served by a postmaster, and their complaints in plain words."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import OperationError, RempartError
from rempart.postgres import pristine, process
from rempart.postgres.account import Account
from rempart.postgres.binaries import Installation
from rempart.postgres.server import PORT, SUPERUSER, socket_url

_SOCKET_FILE = f".s.PGSQL.{PORT}"
_MAXIMUM_SOCKET_PATH = 103  # bytes: 107 on Linux, 103 on macOS
_TEMPORARY_FOLDERS = ("/tmp", "/var/tmp")
_STARTUP_SECONDS = 120.0
_SHOWN_LINES = 4
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_CAUSES = {
    "no space left on device": ("the disk is full", "free some space and run the command again"),
    "disk quota exceeded": ("the disk quota is used up", "free some space and run the command again"),
    "read-only file system": ("the file system is read-only", "choose a folder on a writable file system"),
    "permission denied": ("permission was denied", "choose a folder that the account can enter and write"),
    "already exists": ("another server uses it", "stop that server, or choose another folder"),
    "is another postmaster": ("another server uses it", "stop that server, or choose another folder"),
}


@dataclass(frozen=True)
class EmbeddedServer:
    """A server run from the embedded programs, reached over a unix socket in a private folder.

    Attributes:
        installation: The programs.
        socket_folder: The folder of the socket.
        postmaster: The server process.
    """

    installation: Installation
    socket_folder: Path
    postmaster: process.Identity

    @property
    def label(self) -> str:
        """``embedded-`` and the major version."""
        return f"embedded-{self.major}"

    @property
    def major(self) -> int:
        """Major version of the server."""
        return self.installation.major

    @property
    def password(self) -> str | None:
        """None: the folder of the socket is the lock on the door."""
        return None

    @property
    def bin_dir(self) -> Path | None:
        """Folder of the client programs of the same version."""
        return self.installation.bin_dir

    def url(self, database: str = SUPERUSER, user: str | None = None) -> str:
        """The libpq URI of a database, for the superuser unless a role is given."""
        return socket_url(self.socket_folder, database, user or SUPERUSER)


def fits_a_socket(folder: Path) -> bool:
    """Whether the path of a socket in the folder is short enough for the system."""
    return len(os.fsencode(folder / _SOCKET_FILE)) <= _MAXIMUM_SOCKET_PATH


def temporary_root(account: Account) -> Path:
    """A folder for temporary files that the account can enter and that keeps the paths of sockets short.

    Raises:
        OperationError: There is none.
    """
    candidates = dict.fromkeys(Path(name).resolve() for name in (tempfile.gettempdir(), *_TEMPORARY_FOLDERS))
    for folder in candidates:
        room = folder / "rempart-0123456789abcdef"
        if os.access(folder, os.W_OK | os.X_OK) and fits_a_socket(room) and account.refused_at(folder) is None:
            return folder
    raise OperationError(
        f"no temporary folder is writable, short and open to the account {account.name} "
        f"({', '.join(map(str, candidates))}).",
        next_step="set TMPDIR to a folder that is",
    )


def initialise(installation: Installation, account: Account, data: Path, *, durable: bool, anew: bool = False) -> bool:
    """Make a data directory: UTF-8, a superuser ``postgres``, local connections only.

    One that need not be durable is a copy of an earlier one where that is possible.

    Args:
        installation: The programs.
        account: The account that is to own it.
        data: The directory; its parent exists and belongs to the account.
        durable: Whether it has to survive a crash of the machine.
        anew: Whether an earlier one is not to be copied, but forgotten.

    Returns:
        Whether it is a copy.

    Raises:
        OperationError: initdb failed; the directory is gone again as far as initdb could remove it.
    """
    arguments = [
        *("--username", SUPERUSER, "--encoding", "UTF8"),
        *("--auth-local", "trust", "--auth-host", "reject", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    ]
    if anew:
        pristine.forget(installation, arguments)
    if not durable and pristine.copy(installation, account, arguments, data):
        return True
    command = [installation.program("initdb"), "--pgdata", str(data), *arguments]
    # Not every system knows C.UTF-8; the C locale with UTF-8 text sorts in the same order.
    for locale in (["--locale", "C.UTF-8"], ["--no-locale"]):
        answer = _initdb([*command, *locale], account)
        if answer.returncode == 0:
            if not durable:
                pristine.keep(installation, arguments, data)
            return False
        if "locale" not in answer.stderr:
            break
    raise explained(f"initdb could not make {data}", answer.stderr or answer.stdout)


def _initdb(command: list[str], account: Account) -> subprocess.CompletedProcess[str]:
    running = account.start(command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, errors = running.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # its helpers too; it leads a session of its own
        running.wait()
        raise
    return subprocess.CompletedProcess(command, running.returncode, output, errors)


def launch(
    installation: Installation,
    account: Account,
    data: Path,
    socket_folder: Path,
    log: Path,
    settings: Mapping[str, str],
) -> EmbeddedServer:
    """Start a server on a data directory and wait until it takes connections.

    Args:
        installation: The programs, of the version that made the directory.
        account: The account that owns the directory.
        data: The data directory.
        socket_folder: A private folder of the account for the socket.
        log: The file that receives what the server says.
        settings: Server settings that differ from the configuration file.

    Raises:
        OperationError: It did not start; the message quotes what it said.
    """
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "cluster_name": "rempart",
        **settings,
    }
    command = [installation.program("postgres"), "-D", str(data)]
    for name, value in chosen.items():
        command += ["-c", f"{name}={value}"]
    before = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        running = account.start(command, env=_environment(), stdout=output, stderr=output)
    identity = process.identify(running.pid)
    try:
        ended = _wait_until_ready(running, data)
    finally:
        # From here on it is known by its identity; process.wait_for_end reaps it, wherever it is stopped.
        running.returncode = running.returncode if running.returncode is not None else 0
    if ended is None and identity is not None:
        return EmbeddedServer(installation, socket_folder, identity)
    with log.open("rb") as stream:
        stream.seek(before)
        said = stream.read().decode(errors="replace")
    raise explained(f"Postgres {installation.major} did not start on {data}", said)


def _wait_until_ready(running: subprocess.Popen[bytes], data: Path) -> int | None:
    """Wait; None when the server is ready, its exit code when it gave up."""
    deadline = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < deadline:
        if (code := running.poll()) is not None:
            return code
        state = status(data)
        if state is not None and state.pid == running.pid and state.ready:
            return None
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGQUIT)
    return running.wait()


@dataclass(frozen=True)
class Status:
    """What the file ``postmaster.pid`` says about the server of a data directory."""

    pid: int
    socket_folder: Path | None
    ready: bool


def status(data: Path) -> Status | None:
    """Read ``postmaster.pid``; None when there is none. The process it names may be dead."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        folder = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return Status(int(lines[0]), folder, len(lines) > 7 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def explained(what: str, said: str) -> RempartError:
    """The error for what a Postgres program said, with its cause in plain words where it is known."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if any(mark in line for mark in ("FATAL", "PANIC", "error:", "HINT"))]
    shown = (telling or lines)[-_SHOWN_LINES:]
    quoted = "; ".join(shown) or "it said nothing"
    for mark, (cause, next_step) in _CAUSES.items():
        if any(mark in line.lower() for line in shown):
            return OperationError(f"{what}: {cause} ({quoted})", next_step=next_step)
    return OperationError(f"{what}: {quoted}", next_step="see the message of Postgres above")


def _environment() -> dict[str, str]:
    """Nothing of this process's settings and secrets; TZ spares initdb a search through the time zones."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"TZ": "UTC", "LANG": "C"}
