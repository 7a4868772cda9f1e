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
from rempart.sqltext.walk import nodes


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


_LONG = 20_000
_MOST_LONG_RESTARTS = 50
"""How often reading starts again in front of a long rest, before the rest is left out, which is reported."""
_LONGEST_MESSAGE = 100
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
            statements = _statements(written)
            return Script(text, tuple(statements), (), tuple((one.start, one.end) for one in statements))
        except (ParseError, UnicodeError, RecursionError, MemoryError):
            pass
    found = pieces(written)
    clean = replace(text, text=found.clean, _line_starts=text._line_starts)
    recovery = _Recovery(found.clean)
    recovery.read(found.pieces)
    troubles = recovery.troubles + [
        Unparsed(
            Trouble.PSQL if extra.psql else Trouble.SYNTAX,
            extra.message,
            extra.start,
            extra.end,
        )
        for extra in found.troubles
    ]
    statements = sorted(recovery.statements, key=lambda one: one.start)
    troubles.sort(key=lambda trouble: trouble.start)
    spans = [(one.start, one.end) for one in statements]
    spans += [(extra.piece, extra.end) for extra in found.troubles] + recovery.failed
    return Script(clean, tuple(statements), tuple(troubles), tuple(spans))


def _statements(sql: str) -> list[Parsed]:
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


class _Recovery:
    """Reads piece by piece, and starts again inside of a piece that fails."""

    def __init__(self, clean: str) -> None:
        self.clean = clean
        self.statements: list[Parsed] = []
        self.troubles: list[Unparsed] = []
        self.failed: list[tuple[int, int]] = []
        self._restarts_left = _MOST_LONG_RESTARTS

    def read(self, found: list[Piece]) -> None:
        waiting = list(reversed(found))
        while waiting:
            piece = waiting.pop()
            restart = self._read(piece)
            if restart is None:
                continue
            if piece.end - restart > _LONG:
                self._restarts_left -= 1
                if not self._restarts_left:
                    message = "too much cannot be read: the rest is left out"
                    self.troubles.append(Unparsed(Trouble.SYNTAX, message, restart, piece.end))
                    continue
            # Quotes and parentheses that never close have hidden semicolons: the rest is cut anew.
            rest = pieces(self.clean[restart : piece.end])
            waiting.extend(Piece(one.start + restart, one.end + restart) for one in reversed(rest.pieces))

    def _read(self, piece: Piece) -> int | None:
        """Read a piece; where it is to be started again when it fails."""
        clean, start, end = self.clean, piece.start, piece.end
        problem = _try(clean, start, end, self.statements)
        if problem is None:
            return None
        filled = _without_variables(clean, start, end, problem[0])
        if filled is not None:
            sql, variables = filled
            self.troubles.extend(variables)
            problem = _try(sql, start, end, self.statements)
            if problem is None:
                return None
        at, message = problem
        restart = _restart(clean, start, at, end)
        until = end if restart is None or restart <= at else restart
        self.troubles.append(Unparsed(Trouble.SYNTAX, _on_one_line(message), at, until))
        self.failed.append((start, until))
        if restart is not None and clean[start:restart].strip():
            # A forgotten semicolon: what stands before may be a whole statement.
            _try(clean, start, restart, self.statements)
        return restart


def _on_one_line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _LONGEST_MESSAGE else words[: _LONGEST_MESSAGE - 3] + "..."


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
        found = _statements(sql)
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
        found = [_moved(one, start) for one in found]
    statements.extend(found)
    return None


def _moved(one: Parsed, by: int) -> Parsed:
    """A statement whose locations, relative to what was parsed, are made indexes of the whole text."""
    for node in nodes(one.node):
        for attribute in ("location", "arg_location"):
            location = getattr(node, attribute, None)
            if isinstance(location, int) and location >= 0:
                setattr(node, attribute, location + by)
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
