"""Reading on behind what Postgres's parser does not take."""

from __future__ import annotations

import re

from pglast.parser import ParseError

from rempart.records import replace
from rempart.sqltext.parse import Parsed, Script, Trouble, Unparsed, parsed
from rempart.sqltext.pieces import Piece, pieces
from rempart.sqltext.positioned import PositionedText

_MOST_READ_AGAIN, _TIMES_READ_AGAIN = 400_000, 8
"""Characters, and times the whole text, that are read again before the rest is left out, which is reported."""
_LONGEST_MESSAGE = 100
_STATEMENT_WORDS = (
    "alter|analyze|begin|call|close|cluster|comment|commit|copy|create|deallocate|declare|delete|discard|do|drop|end|"
    "execute|explain|fetch|grant|import|insert|listen|load|lock|merge|notify|prepare|reassign|refresh|reindex|release|"
    "reset|revoke|rollback|savepoint|security|select|set|show|start|table|truncate|unlisten|update|vacuum|values|with"
)
_NEW_STATEMENT = re.compile(rf"^[ \t]*(?=(?:{_STATEMENT_WORDS})\b)", re.IGNORECASE | re.MULTILINE)
_STARTS_STATEMENT = re.compile(rf"(?:{_STATEMENT_WORDS})\b", re.IGNORECASE)
_PSQL_VARIABLE = re.compile(r"(?<![:\w]):(?:'(\w+)'|\"(\w+)\"|\{\?(\w+)\}|([A-Za-z_]\w*))")


def recovered(text: PositionedText) -> Script:
    """Parse a text piece by piece.

    Args:
        text: Anything.
    """
    found = pieces(text.text)
    clean = replace(text, text=found.clean, _line_starts=text._line_starts)
    recovery = _Recovery(clean)
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


class _Recovery:
    """Reads piece by piece, and starts again inside of a piece that fails."""

    def __init__(self, text: PositionedText) -> None:
        self.text, self.clean = text, text.text
        self.statements: list[Parsed] = []
        self.troubles: list[Unparsed] = []
        self.failed: list[tuple[int, int]] = []
        self._left = _MOST_READ_AGAIN + _TIMES_READ_AGAIN * len(self.clean)

    def read(self, found: list[Piece]) -> None:
        waiting = list(reversed(found))
        while waiting:
            piece = waiting.pop()
            restart = self._read(piece)
            if restart is None:
                continue
            self._left -= piece.end - restart
            if self._left < 0:
                message = "too much cannot be read: the rest is left out"
                self.troubles.append(Unparsed(Trouble.SYNTAX, message, restart, piece.end))
                continue
            # Quotes and parentheses that never close have hidden semicolons: the rest is cut anew.
            rest = pieces(self.clean[restart : piece.end])
            waiting.extend(Piece(one.start + restart, one.end + restart) for one in reversed(rest.pieces))

    def _read(self, piece: Piece) -> int | None:
        """Read a piece; where it is to be started again when it fails."""
        clean, start, end = self.clean, piece.start, piece.end
        problem = _try(self.text, start, end, self.statements)
        if problem is None:
            return None
        filled = _without_variables(clean, start, end, problem[0])
        if filled is not None:
            sql, variables = filled
            self.troubles.extend(variables)
            problem = _try(replace(self.text, text=sql), start, end, self.statements)
            if problem is None:
                return None
        at, message = problem
        restart = _restart(clean, start, at, end)
        until = end if restart is None or restart <= at else restart
        self.troubles.append(Unparsed(Trouble.SYNTAX, _on_one_line(message), at, until))
        self.failed.append((start, until))
        if restart is not None and clean[start:restart].strip():
            # A forgotten semicolon: what stands before may be a whole statement.
            _try(self.text, start, restart, self.statements)
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


def _try(text: PositionedText, start: int, end: int, statements: list[Parsed]) -> tuple[int, str] | None:
    """Parse a part; on failure tell where and why, and add nothing."""
    sql = text.text[start:end]
    try:
        statements.extend(parsed(text, start, end))
    except ParseError as error:
        message, at = error.args[0], error.args[1] if len(error.args) > 1 else None
        if at is None:
            at = max(len(sql.rstrip()) - 1, 0)
        return start + int(at), str(message)
    except UnicodeError:
        return start, "the text holds characters that are not valid in UTF-8"
    except (RecursionError, MemoryError):
        return start + len(sql) - len(sql.lstrip()), "the statement is nested too deeply to be read"
    return None


def _without_variables(clean: str, start: int, end: int, at: int) -> tuple[str, list[Unparsed]] | None:
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
