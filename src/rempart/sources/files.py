"""The files of the declared state: what each creates, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pglast import ast

from rempart.config import Config
from rempart.errors import UsageError
from rempart.sqltext import statements
from rempart.sqltext.definitions import definitions
from rempart.sqltext.objects import ObjectName
from rempart.sqltext.references import references
from rempart.sqltext.statements import Statement

_ROWS = {
    ast.InsertStmt: "INSERT", ast.UpdateStmt: "UPDATE", ast.DeleteStmt: "DELETE", ast.MergeStmt: "MERGE",
    ast.CopyStmt: "COPY", ast.TruncateStmt: "TRUNCATE",
}  # fmt: skip


@dataclass(frozen=True)
class SourceFile:
    """One SQL file.

    Attributes:
        path: Where it is.
        statements: Its statements, in order.
        creates: The objects it creates, each with the first statement that does.
        needs: The objects it needs from elsewhere, each with the first statement that does.
    """

    path: Path
    statements: tuple[Statement, ...]
    creates: dict[ObjectName, Statement]
    needs: dict[ObjectName, Statement]


def declared_files(config: Config) -> list[SourceFile]:
    """Read the declared state.

    Args:
        config: The project.

    Returns:
        Its files: in the order of the configured folders, by name within each.

    Raises:
        UsageError: A folder is missing or has no SQL, a file is not SQL that Postgres can parse, or holds a statement
            about rows or transactions.
    """
    there = [place for place in config.declared if config.declared_named or place.exists()]
    files = [file for place in there for file in _files_at(place, config)]
    for statement in (statement for file in files for statement in file.statements):
        _require_state(statement)
    if not files:
        places = ", ".join(shown(place, config) for place in config.declared)
        raise UsageError(f"there is no SQL file in {places}", "Write the declared state there, one object a file.")
    return files


def platform_files(config: Config) -> list[SourceFile]:
    """Read the stand-in of the hosted platform: what it creates, nobody has to declare.

    Args:
        config: The project.

    Raises:
        UsageError: The folder is missing, or a file is not SQL that Postgres can parse.
    """
    return _files_at(config.platform, config) if config.platform is not None else []


def shown(path: Path, config: Config) -> str:
    """Return a path relative to the project's folder, where it is inside.

    Args:
        path: A path.
        config: The project.
    """
    return str(path.relative_to(config.root) if path.is_relative_to(config.root) else path)


def _require_state(statement: Statement) -> None:
    """Refuse what no comparison of two states could show, and no revision written from them would hold."""
    if isinstance(statement.node, ast.TransactionStmt):
        raise UsageError(
            f"{statement.place}: {statement.text.split()[0].upper()}: the declared state is loaded in one transaction",
            "Take the statement out.",
        )
    word = _ROWS.get(type(statement.node))
    if word is not None:
        raise UsageError(
            f"{statement.place}: {word} is about rows, and the declared state about objects: no revision would have it",
            "Move it to a revision: alembic revision -m …",
        )


def _files_at(place: Path, config: Config) -> list[SourceFile]:
    if place.is_file():
        return [_read(place, config)]
    if not place.is_dir():
        raise UsageError(f"{shown(place, config)} does not exist", "Create it, or correct [tool.rempart].")
    return [_read(path, config) for path in sorted(place.rglob("*.sql"))]


def _read(path: Path, config: Config) -> SourceFile:
    creates: dict[ObjectName, Statement] = {}
    needs: dict[ObjectName, Statement] = {}
    found = statements.read(path, Path(shown(path, config)))
    for statement in found:
        for name in definitions(statement.node):
            creates.setdefault(name, statement)
        for name in references(statement.node):
            needs.setdefault(name, statement)
    return SourceFile(path, found, creates, needs)
