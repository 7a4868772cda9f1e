"""The declared state as it was at a git ref."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
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
    wanted = [str(prefix / path.relative_to(config.root)) for path in (config.platform, *config.declared)]
    there = set(_git(root, "ls-tree", "-d", "-r", "-t", "--name-only", commit).decode().splitlines())
    files = set(_git(root, "ls-tree", "-r", "--name-only", commit).decode().splitlines())
    found = [path for path in wanted if path in there or path in files]
    with tempfile.TemporaryDirectory(prefix="rempart-ref-") as folder:
        archive = _git(root, "archive", "--format=tar", commit, "--", *found)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        base = Path(folder) / prefix

        def moved(path: Path) -> Path:
            return base / path.relative_to(config.root)

        declared = tuple(moved(path) for path in config.declared if moved(path).exists())
        if not declared:
            raise UsageError(f"{ref} has no declared state.", "Name a commit that has the folders of [tool.rempart].")
        yield replace(config, root=base, platform=moved(config.platform), declared=declared)


def _git(folder: Path, *arguments: str, missing: str | None = None) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed.", "Install it, or name another source.") from None
    if ran.returncode and missing is not None:
        raise UsageError(f"there is no commit {missing}.", "Name a commit, a branch or a tag; `git log` lists commits.")
    if ran.returncode:
        raise OperationError(f"git {arguments[0]} failed: {ran.stderr.decode().strip()}", "Run the command in a clone.")
    return ran.stdout
