"""Who deploys what: the person, the release and the commit."""

from __future__ import annotations

import getpass
import os
import re
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

RELEASE_VARIABLE = "APP_RELEASE"
ACTOR_VARIABLE = "REMPART_ACTOR"
_CI_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN")


@dataclass(frozen=True)
class Who:
    """Who deploys what.

    Attributes:
        actor: The person, as they call themselves, and the account that runs the command.
        release: The release.
        commit: The commit; None outside of a repository.
        tag: The tag of the commit; None when there is none.
        clean: Whether the working tree is as the commit has it; None outside of a repository.
        changed: Files that are not, at most a few; none when git could not tell which.
    """

    actor: str
    release: str
    commit: str | None
    tag: str | None
    clean: bool | None
    changed: tuple[str, ...] = ()


def who(root: Path, records: Path) -> Who:
    """Find out who deploys what.

    Args:
        root: The project's folder.
        records: The folder of the evidence, where deployments themselves write: it does not make the tree unclean.
    """
    commit = _git(root, "rev-parse", "HEAD")
    tag = _git(root, "describe", "--tags", "--exact-match") if commit else None
    described = _git(root, "describe", "--tags", "--always") if commit else None
    changed = _changed(root, records) if commit else None
    if described and changed != ():
        described += "-dirty"
    return Who(
        actor=actor(root),
        release=os.environ.get(RELEASE_VARIABLE, "").strip() or described or "unversioned",
        commit=commit,
        tag=tag,
        clean=changed == () if commit else None,
        changed=changed or (),
    )


def actor(root: Path) -> str:
    """The person who runs this: by REMPART_ACTOR, what CI says, or git's user; and the account beside it.

    Args:
        root: The project's folder.
    """
    account = f"{_account()}@{socket.gethostname()}"
    for variable in (ACTOR_VARIABLE, *_CI_ACTORS):
        if said := os.environ.get(variable, "").strip():
            return f"{said} ({account})"
    name, email = _git(root, "config", "user.name"), _git(root, "config", "user.email")
    if email:
        return f"{name or email} <{email}> ({account})"
    return account


def person(actor: str) -> str:
    """The person of an actor, without the account that ran the command.

    Args:
        actor: As `actor` writes it.
    """
    return re.sub(r" \([^()]*\)$", "", actor)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _changed(root: Path, records: Path) -> tuple[str, ...] | None:
    """Files that are not as the commit has them; None when git does not tell."""
    top = _git(root, "rev-parse", "--show-toplevel")
    # Git refuses to leave out what is not in the repository.
    within = top is not None and records.resolve().is_relative_to(Path(top).resolve())
    left_out = [f":(exclude,literal){records.resolve()}"] if within else []
    said = _git(root, "status", "--porcelain", "--untracked-files=all", "--no-renames", "-z", "--", ".", *left_out)
    if said is None:
        return None
    return tuple(line[3:] for line in said.split("\0") if line)[:5]


def _git(root: Path, *arguments: str) -> str | None:
    try:
        ran = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, errors="replace", check=False
        )
    except OSError:
        return None
    return ran.stdout.strip("\n") if ran.returncode == 0 else None
