"""The operating system account that a server runs under: Postgres refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart.errors import OperationError

_UNPRIVILEGED = ("nobody", "postgres", "daemon")
_FIRST_REFUSED = 'for path; do test -d "$path" && test -x "$path" || { printf %s "$path"; exit 1; }; done'
_ALL_USABLE = 'test -x "$1" && shift && for path; do test -r "$path" || exit 1; done'


@dataclass(frozen=True)
class Account:
    """An account, and whether this process has to change to it.

    Attributes:
        name: Its name, or its number when it has none.
        uid: Its user number.
        gid: Its group number.
        switched: Whether it is another one than this process runs under.
    """

    name: str
    uid: int
    gid: int
    switched: bool

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, in the root folder, and capture what it prints.

        Raises:
            OperationError: This process may not change to the account.
        """
        process = self.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        with process:
            output, errors = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a program as this account, in a session of its own, in the root folder.

        A session of its own keeps the terminal's Ctrl-C away from it: whoever started it stops it, in order.

        Raises:
            OperationError: This process may not change to the account.
        """
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}
        settings: dict[str, Any] = {
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            **identity,
            **options,
        }
        try:
            return subprocess.Popen(command, **settings)
        except (PermissionError, subprocess.SubprocessError) as error:
            if not self.switched:
                raise
            raise OperationError(
                f"root could not start {command[0]} as the account {self.name}: {error}",
                next_step="run the command as an ordinary user",
            ) from None

    def refused_at(self, folder: Path) -> Path | None:
        """The first folder on the way to ``folder``, itself included, that the account cannot enter."""
        way = [str(part) for part in (*reversed(folder.parents), folder)]
        answer = self.run(["/bin/sh", "-c", _FIRST_REFUSED, "sh", *way])
        return Path(answer.stdout) if answer.returncode else None

    def can_use(self, program: Path, *files: Path) -> bool:
        """Whether the account may run a program and read the files that it needs."""
        return self.run(["/bin/sh", "-c", _ALL_USABLE, "sh", str(program), *map(str, files)]).returncode == 0

    def make_private(self, folder: Path) -> None:
        """Give a folder of this process to the account, closed to everybody else."""
        folder.chmod(0o700)
        if self.switched:
            os.chown(folder, self.uid, self.gid)


def unprivileged() -> Account:
    """The account for a new server: this user, or an existing unprivileged account when this is root.

    Raises:
        OperationError: This is root and the machine has no such account.
    """
    uid = os.geteuid()
    if uid != 0:
        return of_user(uid)
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switched=True)
    raise OperationError(
        f"Postgres refuses to run as root, and there is no account {' or '.join(_UNPRIVILEGED)}.",
        next_step="run the command as an ordinary user",
    )


def of_user(uid: int) -> Account:
    """The account with a user number, be it this process's own or, for root, anybody's."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid() if uid == os.geteuid() else uid, switched=uid != os.geteuid())
    return Account(entry.pw_name, uid, entry.pw_gid, switched=uid != os.geteuid())
