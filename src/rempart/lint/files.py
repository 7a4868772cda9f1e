"""Which files are linted: what a path means, in which order files are read, and their text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rempart.errors import UsageError
from rempart.lint.configuration import LintConfiguration
from rempart.lint.engine import Unit
from rempart.lint.statement import Direction
from rempart.sqltext.positioned import PositionedText

STANDARD_INPUT = "-"
_SQL = ".sql"
_LEFT_OUT = frozenset({"node_modules", "__pycache__"})


@dataclass
class Selection:
    """What is to be linted.

    Attributes:
        files: SQL files in the order they are run; `Path("-")` for standard input.
        revisions: Files and folders of revisions that are asked for; empty for none.
    """

    files: list[Path] = field(default_factory=list)
    revisions: list[Path] = field(default_factory=list)


def select(paths: Sequence[str], configuration: LintConfiguration) -> Selection:
    """Find the files that paths mean.

    Args:
        paths: As the user wrote them; none for the whole project.
        configuration: Knows the project.

    Raises:
        UsageError: There is no project to lint, no such path, or no SQL in it.
    """
    only_sql = paths and all(path == STANDARD_INPUT or path.endswith(_SQL) for path in paths)
    migrations = None if only_sql else migrations_folder(configuration)
    selection = Selection()
    if not paths:
        _select_project(configuration, migrations, selection)
    for written in paths:
        if written == STANDARD_INPUT:
            selection.files.append(Path(STANDARD_INPUT))
            continue
        path = Path(written)
        if not path.exists():
            raise UsageError(f"there is no {written}.", next_step="correct the path")
        if path.is_dir() and configuration.root is not None and path.resolve() == configuration.root.resolve():
            _select_project(configuration, migrations, selection)
        else:
            _select(path, configuration, migrations, selection)
    selection.files = list(dict.fromkeys(selection.files))
    return selection


def _select_project(configuration: LintConfiguration, migrations: Path | None, selection: Selection) -> None:
    if configuration.root is None:
        raise UsageError(
            "there is no project here to lint: no pyproject.toml with a table [tool.rempart].",
            next_step="name files or folders, or - for standard input",
        )
    for path in configuration.paths:
        if not path.exists():
            raise UsageError(f"{shown(path)} is to be linted, and does not exist.", next_step="correct pyproject.toml")
        selection.files.extend(_files_below(path, configuration) if path.is_dir() else [path])
    if migrations is not None and migrations.is_dir():
        selection.revisions.append(migrations)
    if not selection.files and not selection.revisions:
        raise UsageError("the project has no SQL file and no revision.", next_step="see paths in [tool.rempart.lint]")


def _select(path: Path, configuration: LintConfiguration, migrations: Path | None, selection: Selection) -> None:
    whole = path.resolve()
    if migrations is not None and whole.is_relative_to(migrations.resolve()) and path.suffix != _SQL:
        selection.revisions.append(path)
    elif path.is_dir():
        holds_revisions = migrations is not None and migrations.resolve().is_relative_to(whole) and migrations.is_dir()
        files = list(_files_below(path, configuration))
        if not files and not holds_revisions:
            raise UsageError(f"there is no SQL file in {path}.", next_step="correct the path")
        selection.files.extend(files)
        if holds_revisions and migrations is not None:
            selection.revisions.append(migrations)
    elif path.suffix == ".py":
        raise UsageError(
            f"{path} is Python, and no revision of this project.",
            next_step="name SQL files, or the project's revisions",
        )
    else:
        selection.files.append(path)


def _files_below(folder: Path, configuration: LintConfiguration) -> Iterator[Path]:
    """The SQL files in a folder: those of the declared state in its order, then the others by name."""
    platform = configuration.platform.resolve() if configuration.platform is not None else None
    inside_platform = platform is not None and folder.resolve().is_relative_to(platform)
    declared = [path.resolve() for path in configuration.paths]
    found: list[tuple[int, Path]] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith(".")]
        here = Path(parent).resolve()
        if platform is not None and not inside_platform and here.is_relative_to(platform):
            continue
        order = next((at for at, place in enumerate(declared) if here.is_relative_to(place)), len(declared))
        found.extend((order, Path(parent) / name) for name in names if name.lower().endswith(_SQL))
    return (path for _, path in sorted(found))


def migrations_folder(configuration: LintConfiguration) -> Path | None:
    """The folder of Alembic's environment, as its configuration file names it; None without one.

    Args:
        configuration: Knows that file.
    """
    ini = configuration.alembic_ini
    if ini is None or not ini.is_file():
        return None
    from configparser import ConfigParser, Error

    parser = ConfigParser({"here": str(ini.parent)})
    try:
        parser.read(ini, encoding="utf-8")
        location = parser.get("alembic", "script_location")
    except (Error, UnicodeDecodeError) as error:
        raise UsageError(
            f"{shown(ini)} does not say where the revisions are: {error}", next_step="correct script_location"
        ) from None
    return ini.parent / location


def units_of(files: Iterable[Path]) -> list[Unit]:
    """Read files, each a unit of its own.

    Args:
        files: SQL files; `Path("-")` for standard input.

    Raises:
        UsageError: A file cannot be read, or is no text in UTF-8.
    """
    return [_unit(file) for file in files]


def _unit(file: Path) -> Unit:
    name = shown(file)
    text = PositionedText.whole_file(name, _text(file, name))
    return Unit(name, Direction.FILE, [text])


def _text(file: Path, name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == STANDARD_INPUT else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", next_step="make it readable") from None
    if b"\0" in content:
        raise UsageError(f"{name} holds NUL bytes: it is no SQL in UTF-8.", next_step="save it as UTF-8 text")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name} is not UTF-8, in line {line}.", next_step="save it as UTF-8 text") from None


def shown(path: Path) -> str:
    """A path as findings name it: relative to the current folder when it lies below, with forward slashes.

    Args:
        path: A file or folder.
    """
    if path == Path(STANDARD_INPUT):
        return STANDARD_INPUT
    whole = Path(os.path.normpath(Path.cwd() / path))
    return (whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole).as_posix()
