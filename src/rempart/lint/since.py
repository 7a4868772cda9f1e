"""Lines that changed since a git ref, and the findings that stand on them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rempart.errors import UsageError
from rempart.report.finding import Finding

_HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+(?P<start>\d+)(?:,(?P<new>\d+))? @@")
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))")
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
# Set in hooks, and meant for the folder the hook runs in.
_OF_ANOTHER_FOLDER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX")


@dataclass(frozen=True)
class Changes:
    """What changed.

    Attributes:
        lines: Numbers of the changed lines by file; a file that is not named here did not change.
        known: The files that git knows, by work tree: a file it does not know is all new.
    """

    lines: dict[Path, set[int]] = field(default_factory=dict)
    known: dict[Path, set[Path]] = field(default_factory=dict)

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding stands on a changed line. One about a whole file does when anything in it changed.

        Args:
            finding: Its path is relative to the current folder, or absolute.
        """
        if finding.path == "-":
            return True
        file = Path(os.path.realpath(finding.path))
        if file in self.lines:
            return finding.line == 0 or finding.line in self.lines[file]
        return not any(file in files for files in self.known.values())


def changed_lines(paths: Sequence[Path], ref: str) -> Changes:
    """Compare the files on disk with a commit: the last one that a ref and the current commit have in common.

    Args:
        paths: Files, in one or several repositories.
        ref: A branch, tag or commit.

    Raises:
        UsageError: Git is not installed, a path is in no repository, or the ref is unknown there.
    """
    changes = Changes()
    for folder in sorted({_folder(path) for path in paths} or {Path.cwd()}):
        if any(folder.is_relative_to(top) for top in changes.known):
            continue
        top = Path(_git(folder, "rev-parse", "--show-toplevel", why=f"{folder} is in no git repository").rstrip("\n"))
        top = Path(os.path.realpath(top))
        base = _base(top, ref)
        files = _git(top, "ls-files", "-z", "--full-name").split("\0")
        changes.known[top] = {top / file for file in files if file}
        for file, number in _added(_diff(top, base).split("\n")):
            changes.lines.setdefault(top / file, set()).add(number)
    return changes


def _folder(path: Path) -> Path:
    """The nearest folder of a path that exists."""
    whole = Path(os.path.realpath(path))
    return next(folder for folder in (whole, *whole.parents) if folder.is_dir())


def _base(top: Path, ref: str) -> str:
    unknown = f"{ref} is no commit of the git repository {top}"
    wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
    commit = _git(top, *wanted, why=unknown).strip()
    try:
        return _git(top, "merge-base", commit, "HEAD").strip()
    except UsageError:
        # Histories without a common commit, as in a shallow clone.
        return commit


def _diff(top: Path, base: str) -> str:
    # Said in full, so that no configuration of the user changes what is read here.
    options = "--unified=0 --find-renames --no-color --no-ext-diff --no-textconv --no-relative --ignore-submodules"
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    return _git(top, "-c", "core.quotePath=false", "diff", *options.split(), *prefixes, base, "--")


def _added(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The lines that a diff without context adds: file and number."""
    file, left = "", 0
    for line in lines:
        if left:
            # The text of a hunk may look like anything; "\ No newline at end of file" is not counted.
            left -= not line.startswith("\\")
        elif line.startswith("+++ "):
            file = _unquoted(line.removeprefix("+++ ").removesuffix("\t").removesuffix("\r"))
        elif hunk := _HUNK.match(line):
            new = int(hunk["new"] or 1)
            left = int(hunk["old"] or 1) + new
            for number in range(int(hunk["start"]), int(hunk["start"]) + new):
                yield file, number


def _unquoted(name: str) -> str:
    """A file name as it is, of one as git writes it: quoted like a C string when it holds special characters."""
    if name.startswith('"'):
        name = _ESCAPE.sub(lambda one: chr(int(one[1], 8)) if one[1] else _SINGLE.get(one[2], one[2]), name[1:-1])
    return name.removeprefix("b/")


def _git(folder: Path, *arguments: str, why: str = "") -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_FOLDER}
    environment["LC_ALL"] = "C"
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and --since needs it.", next_step="install git") from None
    if done.returncode:
        reason = " ".join(done.stderr.decode(errors="replace").split())
        raise UsageError(
            f"{why or 'git failed'}{f' ({reason})' if reason else ''}.",
            next_step="name a branch, tag or commit of the repository that holds the files",
        )
    return done.stdout.decode(errors="surrogateescape")
