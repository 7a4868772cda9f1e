"""Statements of a SQL text, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pglast import ast, parse_sql
from pglast.parser import ParseError, scan

from rempart.errors import UsageError

_COMMENTS = ("SQL_COMMENT", "C_COMMENT")


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        text: The statement without the comments before it and without its semicolon.
        node: Its parse tree.
        path: The file it stands in; None when it was not read from one.
        line: Line of its first character, from 1.
        column: Column of its first character, from 1.
    """

    text: str
    node: ast.Node
    path: Path | None
    line: int
    column: int

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return place(self.path, self.line, self.column)


def place(path: Path | None, line: int, column: int) -> str:
    """Return a position the way compilers write it.

    Args:
        path: A file, or None for a text that stands in none.
        line: Line, from 1.
        column: Column, from 1.
    """
    return f"{path or '<sql>'}:{line}:{column}"


def read(path: Path, shown: Path | None = None) -> tuple[Statement, ...]:
    """Split a file into statements.

    Args:
        path: A SQL file in UTF-8.
        shown: The path to give to positions, where it is another one.

    Raises:
        UsageError: The file cannot be read, or is not SQL that Postgres can parse; names the place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown or path} cannot be read: {error}", "Make it a readable file in UTF-8.") from None
    return split(text, shown or path)


def split(text: str, path: Path | None = None) -> tuple[Statement, ...]:
    """Split a text into statements.

    Args:
        text: SQL.
        path: The file the text was read from, for positions.

    Raises:
        UsageError: The text is not SQL that Postgres can parse, or has a command of psql; names the place.
    """
    try:
        nodes = parse_sql(text)
    except ParseError as error:
        raise _unparsable(text, path, error) from None
    statements = []
    for raw in nodes:
        assert raw.stmt is not None and raw.stmt_location is not None, "the parser always sets both"
        start = raw.stmt_location
        end = start + raw.stmt_len if raw.stmt_len else len(text)
        line, column = position(text, start)
        statements.append(Statement(text=text[start:end].rstrip(), node=raw.stmt, path=path, line=line, column=column))
    return tuple(statements)


def position(text: str, index: int) -> tuple[int, int]:
    """Return line and column, both from 1, of the character at an index.

    Args:
        text: Any text.
        index: Index of a character, from 0.
    """
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def terminated(sql: str) -> str:
    """Return SQL whose last statement ends with a semicolon; nothing else is changed.

    Args:
        sql: One or more statements; a text of comments only needs no semicolon.
    """
    try:
        tokens = scan(sql)
    except ParseError:
        return f"{sql}\n;"  # An empty statement more does no harm, and psql will show what is wrong.
    code = [token for token in tokens if token.name not in _COMMENTS]
    if not code or code[-1].name == "ASCII_59":
        return sql
    if tokens[-1].name == "SQL_COMMENT":
        return f"{sql}\n;"
    return f"{sql.rstrip()};"


def _unparsable(text: str, path: Path | None, error: ParseError) -> UsageError:
    message, index = error.args[0], error.args[1] if len(error.args) > 1 else None
    line, column = position(text, index if index is not None else len(text.rstrip()))
    where = place(path, line, column)
    if index is not None and text[index : index + 1] == "\\":
        command = text[index:].split("\n", 1)[0].strip()
        return UsageError(
            f"{where}: {command.split()[0]} is a command of psql, not SQL",
            "Write it in SQL, or leave it out.",
        )
    return UsageError(f"{where}: {message}", "Correct the SQL.")
