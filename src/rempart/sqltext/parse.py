"""SQL text to parsed statements, whatever is in it.

Nothing here raises for bad SQL. What Postgres's parser does not take becomes an entry with its place, and reading goes
on behind it: at the next semicolon, or where a line begins a new statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pglast import parse_sql
from pglast.parser import ParseError

from rempart.sqltext.positioned import PositionedText


class Trouble(StrEnum):
    """Why a part of a text is no statement."""

    SYNTAX = "syntax"
    """Postgres cannot parse it."""
    PSQL = "psql"
    """A command or variable of psql, which only psql understands."""


@dataclass(frozen=True)
class Parsed:
    """A statement.

    Attributes:
        node: Its parse tree; locations are indexes into the text of `Script.text`.
        start: Index of its first character, comments before it left out.
        end: Index after its last character, without the semicolon.
    """

    node: Any
    start: int
    end: int


@dataclass(frozen=True)
class Unparsed:
    """A part that is no statement.

    Attributes:
        trouble: Why.
        message: What is wrong, without the place.
        start: Index of the character to point at.
        end: Index after the part.
    """

    trouble: Trouble
    message: str
    start: int
    end: int


@dataclass(frozen=True)
class Script:
    """A text, read.

    Attributes:
        text: The text that the trees' locations refer to: as given, with what is not SQL (commands of psql, data of
            COPY, a byte order mark) replaced by blanks, so that every character keeps its index.
        statements: In order.
        troubles: In order.
        spans: Start and end of every statement, and of what was meant to be one; they may overlap.
    """

    text: PositionedText
    statements: tuple[Parsed, ...]
    troubles: tuple[Unparsed, ...]
    spans: tuple[tuple[int, int], ...]


def parse(text: PositionedText) -> Script:
    """Parse a text.

    Args:
        text: SQL, perhaps with commands of psql and data of COPY in it.
    """
    written = text.text
    if "\0" not in written and not written.startswith("\ufeff"):
        try:
            statements = parsed(written)
            return Script(text, tuple(statements), (), tuple((one.start, one.end) for one in statements))
        except (ParseError, UnicodeError, RecursionError, MemoryError):
            pass
    from rempart.sqltext.recovery import recovered

    return recovered(text)


def parsed(sql: str) -> list[Parsed]:
    """Parse SQL that has nothing wrong with it.

    Args:
        sql: SQL.

    Raises:
        ParseError: Postgres cannot parse it.
    """
    found = []
    for raw in parse_sql(sql):
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else len(sql)
        found.append(Parsed(raw.stmt, start, end))
    if found and found[-1].end == len(sql):
        # The last statement has no semicolon: comments behind it are not part of it.
        from rempart.sqltext.tokens import end_of_code

        last = found[-1]
        found[-1] = Parsed(last.node, last.start, end_of_code(sql, last.start))
    return found
