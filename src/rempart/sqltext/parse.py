"""SQL text to parsed statements, whatever is in it.

Nothing here raises for bad SQL. What Postgres's parser does not take becomes an entry with its place, and reading goes on
behind it: at the next semicolon, or where a line begins a new statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pglast import parse_sql
from pglast.parser import ParseError

from rempart.sqltext.pieces import Piece, pieces
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
    """

    text: PositionedText
    statements: tuple[Parsed, ...]
    troubles: tuple[Unparsed, ...]


_LONGEST_RECOVERY = 50
"""How often reading starts again inside one piece; after that the rest of the piece is left out, which is reported."""
_STATEMENT_WORDS = (
    "alter|analyze|begin|call|close|cluster|comment|commit|copy|create|deallocate|declare|delete|discard|do|drop|end|"
    "execute|explain|fetch|grant|import|insert|listen|load|lock|merge|notify|prepare|reassign|refresh|reindex|release|"
    "reset|revoke|rollback|savepoint|security|select|set|show|start|table|truncate|unlisten|update|vacuum|values|with"
)
_NEW_STATEMENT = re.compile(rf"^[ \t]*(?=(?:{_STATEMENT_WORDS})\b)", re.IGNORECASE | re.MULTILINE)
_STARTS_STATEMENT = re.compile(rf"(?:{_STATEMENT_WORDS})\b", re.IGNORECASE)
_TRAILING = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z))+\Z")
_PSQL_VARIABLE = re.compile(r"(?<![:\w]):(?:'(\w+)'|\"(\w+)\"|\{\?(\w+)\}|([A-Za-z_]\w*))")


def parse(text: PositionedText) -> Script:
    """Parse a text.

    Args:
        text: SQL, perhaps with commands of psql and data of COPY in it.
    """
    written = text.text
    if "\0" not in written and not written.startswith("\ufeff"):
        try:
            return Script(text, tuple(_statements(written, 0, written)), ())
        except (ParseError, UnicodeError, RecursionError, MemoryError):
            pass
    found = pieces(written)
    clean = replace(text, text=found.clean, _line_starts=text._line_starts)
    statements: list[Parsed] = []
    troubles = [
        Unparsed(
            Trouble.PSQL if extra.psql else Trouble.SYNTAX,
            extra.message,
            extra.start,
            extra.end,
        )
        for extra in found.troubles
    ]
    for piece in found.pieces:
        _recover(found.clean, piece, statements, troubles)
    troubles.sort(key=lambda trouble: trouble.start)
    return Script(clean, tuple(statements), tuple(troubles))


def _statements(sql: str, offset: int, whole: str) -> list[Parsed]:
    """Parse SQL that begins at an offset of the whole text; the rest before it is blank for the parser."""
    raws = parse_sql(sql)
    found = []
    for raw in raws:
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else len(sql)
        if not raw.stmt_len:
            tail = _TRAILING.search(sql, start)
            end = tail.start() if tail else end
        found.append(Parsed(raw.stmt, start, end))
    return found


def _recover(clean: str, piece: Piece, statements: list[Parsed], troubles: list[Unparsed]) -> None:
    start, attempts = piece.start, 0
    while start < piece.end and clean[start : piece.end].strip():
        attempts += 1
        if attempts > _LONGEST_RECOVERY:
            troubles.append(Unparsed(Trouble.SYNTAX, "the rest could not be read", start, piece.end))
            return
        problem = _try(clean, start, piece.end, statements)
        if problem is None:
            return
        at, message = problem
        filled = _without_variables(clean, start, piece.end, at)
        if filled is not None:
            sql, variables = filled
            troubles.extend(variables)
            inner = _try(sql, start, piece.end, statements)
            if inner is None:
                return
            at, message = inner
        troubles.append(Unparsed(Trouble.SYNTAX, message, at, piece.end))
        # A forgotten semicolon: what stands before may be a whole statement.
        restart = _restart(clean, start, at, piece.end)
        if restart is None:
            return
        if clean[start:restart].strip():
            _try(clean, start, restart, statements)
        start = restart


def _restart(clean: str, start: int, at: int, end: int) -> int | None:
    """Where in a piece that failed at an index the next statement may begin."""
    if at > start and _STARTS_STATEMENT.match(clean, at) and clean[start:at].strip():
        return at
    following = _NEW_STATEMENT.search(clean, max(at, start + 1), end)
    return following.end() if following else None


def _try(clean: str, start: int, end: int, statements: list[Parsed]) -> tuple[int, str] | None:
    """Parse a part; on failure tell where and why, and add nothing."""
    sql = clean[start:end]
    try:
        found = _statements(sql, start, clean)
    except ParseError as error:
        message, at = error.args[0], error.args[1] if len(error.args) > 1 else None
        if at is None:
            at = len(sql.rstrip())
            at = max(at - 1, 0)
        return start + int(at), str(message)
    except UnicodeError:
        return start, "the text holds characters that are not valid in UTF-8"
    except (RecursionError, MemoryError):
        return start + len(sql) - len(sql.lstrip()), "the statement is nested too deeply to be read"
    if start:
        # Locations are relative to what was parsed: parse again with the place they have in the text.
        found = [_moved(one, start) for one in found]
    statements.extend(found)
    return None


def _moved(one: Parsed, by: int) -> Parsed:
    from rempart.sqltext.walk import nodes

    for node in nodes(one.node):
        location = getattr(node, "location", None)
        if isinstance(location, int) and location >= 0:
            node.location = location + by
    return Parsed(one.node, one.start + by, one.end + by)


def _without_variables(
    clean: str, start: int, end: int, at: int
) -> tuple[str, list[Unparsed]] | None:
    """The text with the variables of psql in a part replaced by something of the same length, if there are any."""
    if clean[at : at + 1] != ":":
        return None
    found: list[Unparsed] = []
    sql = clean
    for match in _PSQL_VARIABLE.finditer(clean, start, end):
        written = match.group()
        literal, quoted, _, plain = match.groups()
        name = next(group for group in match.groups() if group)
        if literal:
            stand_in = f"'{literal}' "
        elif quoted:
            stand_in = f'"{quoted}" '
        elif plain:
            stand_in = f" {plain}"
        else:
            stand_in = "true".ljust(len(written))
        sql = sql[: match.start()] + stand_in + sql[match.end() :]
        found.append(
            Unparsed(
                Trouble.PSQL,
                f"{written} is a variable of psql: what the statement does with {name} cannot be known",
                match.start(),
                match.end(),
            )
        )
    return (sql, found) if found else None
