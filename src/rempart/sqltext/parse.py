"""SQL text to parsed statements, whatever is in it.

Nothing here raises for bad SQL. What Postgres's parser does not take becomes an entry with its place, and reading goes
on behind it: at the next semicolon, or where a line begins a new statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from pglast import parse_sql
from pglast.parser import ParseError, split

from rempart.sqltext.positioned import PositionedText

_LONG = 4_000


class Trouble(StrEnum):
    """Why a part of a text is no statement."""

    SYNTAX = "syntax"
    """Postgres cannot parse it."""
    PSQL = "psql"
    """A command or variable of psql, which only psql understands."""


class Parsed(NamedTuple):
    """A statement.

    Attributes:
        node: Its parse tree; locations are indexes into `text`.
        start: Index in the script of its first character, comments before it left out.
        end: Index in the script after its last character, without the semicolon.
        text: The text, or part of it, that it was parsed from.
        shift: Index in the script where that part begins.
    """

    node: Any
    start: int
    end: int
    text: PositionedText
    shift: int = 0


class Unparsed(NamedTuple):
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


class Script(NamedTuple):
    """A text, read.

    Attributes:
        text: The text as given, with what is not SQL (commands of psql, data of COPY, a byte order mark) replaced by
            blanks, so that every character keeps its index.
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
            statements = [one for start, end in _parts(written) for one in parsed(text, start, end)]
            return Script(text, tuple(statements), (), tuple((one.start, one.end) for one in statements))
        except (ParseError, UnicodeError, RecursionError, MemoryError):
            pass
    from rempart.sqltext.recovery import recovered

    return recovered(text)


def parsed(text: PositionedText, first: int, last: int) -> list[Parsed]:
    """Parse a part of a text that has nothing wrong with it.

    Args:
        text: SQL.
        first: Index where the part begins.
        last: Index after it.

    Raises:
        ParseError: Postgres cannot parse it.
    """
    part = text if (first, last) == (0, len(text.text)) else text.part(first, last)
    sql, found = part.text, []
    for raw in parse_sql(sql):
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else len(sql)
        if end == len(sql):
            # Without a semicolon, comments behind it are taken for a part of it.
            end = len(sql.rstrip())
            if "--" in sql or "*/" in sql:
                from rempart.sqltext.tokens import end_of_code

                end = end_of_code(sql, start)
        found.append(Parsed(raw.stmt, first + start, first + end, part, first))
    return found


def _parts(sql: str) -> Iterator[tuple[int, int]]:
    """Parts of a text to parse one by one.

    Where there are characters beyond ASCII, the time the parser takes for their places grows with the square of the
    text. The cuts need not be right: a part that is no SQL is read in another way.
    """
    if len(sql) <= _LONG or sql.isascii():
        yield 0, len(sql)
        return
    import re

    letters = re.sub(r"[^\x00-\x7f]", "x", sql)
    start = 0
    for piece in split(letters, with_parser=False, only_slices=True):
        if piece.stop - start >= _LONG:
            yield start, piece.stop
            start = piece.stop
    if start < len(sql):
        yield start, len(sql)
