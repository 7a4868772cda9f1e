"""Which files are linted: what a path means, in which order files are read, and their text.

Paths are texts here: loading the module with classes for them takes a tenth of the time that linting a file may take.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from os.path import abspath, commonpath, exists, isdir, join, realpath

from rempart.errors import UsageError
from rempart.lint.configuration import LintConfiguration
from rempart.lint.engine import Unit
from rempart.lint.statement import Direction
from rempart.records import field, record
from rempart.sqltext.positioned import PositionedText

STANDARD_INPUT = "-"
_SQL = ".sql"
_LEFT_OUT = frozenset({"node_modules", "__pycache__"})


@record()
class Selection:
    """What is to be linted.

    Attributes:
        files: SQL files in the order they are run; `-` for standard input.
        revisions: Files and folders of revisions that are asked for; empty for none.
    """

    files: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)


def select(paths: Sequence[str], configuration: LintConfiguration) -> Selection:
    """Find the files that paths mean.

    Args:
        paths: As the user wrote them; none for the whole project.
        configuration: Knows the project.

    Raises:
        UsageError: There is no project to lint, no such path, or no SQL in it.
    """
    only_sql = paths and all(path == STANDARD_INPUT or path.endswith(_SQL) for path in paths)
    folders: list[str] = []
    if not only_sql:
        from rempart.lint.revision_folders import revision_folders

        folders = revision_folders(configuration)
    selection = Selection()
    if not paths:
        _select_project(configuration, folders, selection)
    for path in paths:
        if path == STANDARD_INPUT:
            selection.files.append(path)
        elif not exists(path):
            raise UsageError(f"there is no {path}.", next_step="correct the path")
        elif configuration.root is not None and realpath(path) == realpath(configuration.root):
            _select_project(configuration, folders, selection)
        else:
            _select(path, configuration, folders, selection)
    selection.files = list(dict.fromkeys(selection.files))
    return selection


def _select_project(configuration: LintConfiguration, folders: list[str], selection: Selection) -> None:
    if configuration.root is None:
        raise UsageError(
            "there is no project here to lint: no pyproject.toml with a table [tool.rempart].",
            next_step="name files or folders, or - for standard input",
        )
    for path in configuration.paths:
        if not exists(path):
            raise UsageError(f"{shown(path)} is to be linted, and does not exist.", next_step="correct pyproject.toml")
        selection.files.extend(_files_below(path, configuration) if isdir(path) else [path])
    for folder in folders:
        if not isdir(folder):
            raise UsageError(
                f"the revisions should lie in {shown(folder)}, which does not exist.",
                next_step="correct Alembic's configuration",
            )
    selection.revisions.extend(folders)
    if not selection.files and not selection.revisions:
        raise UsageError("the project has no SQL file and no revision.", next_step="see paths in [tool.rempart.lint]")


def _select(path: str, configuration: LintConfiguration, folders: list[str], selection: Selection) -> None:
    if not path.endswith(_SQL) and any(_is_below(path, folder) for folder in folders):
        selection.revisions.append(path)
    elif isdir(path):
        held = [folder for folder in folders if isdir(folder) and _is_below(folder, path)]
        files = list(_files_below(path, configuration))
        if not files and not held:
            raise UsageError(f"there is no SQL file in {path}.", next_step="correct the path")
        selection.files.extend(files)
        selection.revisions.extend(held)
    elif path.endswith(".py"):
        raise UsageError(
            f"{path} is Python, and no revision of this project.",
            next_step="name SQL files, or the project's revisions",
        )
    else:
        selection.files.append(path)


def _is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    outer = realpath(folder)
    return commonpath((realpath(path), outer)) == outer


def _files_below(folder: str, configuration: LintConfiguration) -> Iterator[str]:
    """The SQL files in a folder: those of the declared state in its order, then the others by name."""
    platform = configuration.platform
    leaves_platform = platform is not None and not _is_below(folder, platform)
    found: list[tuple[int, str]] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith(".")]
        if platform is not None and leaves_platform and _is_below(parent, platform):
            continue
        places = enumerate(configuration.paths)
        order = next((at for at, place in places if _is_below(parent, place)), len(configuration.paths))
        found.extend((order, join(parent, name)) for name in names if name.lower().endswith(_SQL))
    return (path for _, path in sorted(found))


def units_of(files: Iterable[str]) -> list[Unit]:
    """Read files, each a unit of its own.

    Args:
        files: SQL files; `-` for standard input.

    Raises:
        UsageError: A file cannot be read, or is no text in UTF-8.
    """
    return [_unit(file) for file in files]


def _unit(file: str) -> Unit:
    name = shown(file)
    text = PositionedText.whole_file(name, _text(file, name))
    return Unit(name, Direction.FILE, [text])


def _text(file: str, name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else _bytes(file)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", next_step="make it readable") from None
    if b"\0" in content:
        raise UsageError(f"{name} holds NUL bytes: it is no SQL in UTF-8.", next_step="save it as UTF-8 text")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name} is not UTF-8, in line {line}.", next_step="save it as UTF-8 text") from None


def _bytes(file: str) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()


def shown(path: str) -> str:
    """A path as findings name it: relative to the current folder when it lies below, with forward slashes.

    Args:
        path: A file or folder.
    """
    if path == STANDARD_INPUT:
        return path
    here, whole = join(os.getcwd(), ""), abspath(path)
    return whole.removeprefix(here).replace(os.sep, "/") if whole.startswith(here) else whole
