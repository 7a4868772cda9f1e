"""The declared state as it was at a git ref."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rempart.config import Config
from rempart.errors import OperationError, UsageError


@contextmanager
def at_ref(config: Config, ref: str) -> Iterator[Config]:
    """The project's settings, with the declared state and the platform of another commit in a temporary folder.

    Args:
        config: The project as it is now.
        ref: A commit, a branch or a tag.

    Raises:
        UsageError: The project is not in a git repository, or there is no such ref.
        OperationError: The files could not be read.
    """
    root = Path(_git(config.root, "rev-parse", "--show-toplevel").decode().strip())
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", missing=ref).decode().strip()
    prefix = config.root.resolve().relative_to(root.resolve())
    # Told apart by NUL: in lines git writes a name that is not ASCII in another way.
    there = set(_git(root, "ls-tree", "-r", "-t", "-z", "--name-only", commit).decode().split("\0"))
    places = config.declared if config.platform is None else (config.platform, *config.declared)
    inside = {path: str(prefix / path.relative_to(config.root)) for path in places}
    found = [path for path, name in inside.items() if name in there]
    if not set(found) & set(config.declared):
        raise UsageError(f"{ref} has no declared state.", "Name a commit that has the folders of [tool.rempart].")
    with tempfile.TemporaryDirectory(prefix="rempart-ref-") as folder:
        # An index of its own, for `git archive` leaves out what .gitattributes keeps from exports.
        index, base = {"GIT_INDEX_FILE": str(Path(folder) / "index")}, Path(folder) / "tree"
        _git(root, "read-tree", commit, environment=index)
        listed = _git(root, "ls-files", "-z", "--", *(inside[path] for path in found), environment=index)
        _git(root, "checkout-index", "-z", "--stdin", f"--prefix={base}/", given=listed, environment=index)
        yield replace(
            config,
            root=base / prefix,
            platform=None if config.platform is None else base / inside[config.platform],
            declared=tuple(base / inside[path] for path in config.declared if path in found),
        )


def _git(
    folder: Path,
    *arguments: str,
    missing: str | None = None,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    variables = {**os.environ, **(environment or {})}
    try:
        ran = subprocess.run(
            ["git", *arguments], cwd=folder, input=given, env=variables, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise UsageError("git is not installed.", "Install it, or name another source.") from None
    if ran.returncode and missing is not None:
        raise UsageError(f"there is no commit {missing}.", "Name a commit, a branch or a tag; `git log` lists commits.")
    if ran.returncode:
        raise OperationError(f"git {arguments[0]} failed: {ran.stderr.decode().strip()}", "Run the command in a clone.")
    return ran.stdout
