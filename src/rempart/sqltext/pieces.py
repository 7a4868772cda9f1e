"""Cutting a text into pieces at semicolons without parsing it, as psql does.

Used where the parser gives up, so that one bad statement, a command of psql or the data of a COPY does not hide the
rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rempart.sqltext.tokens import TOKEN, token_end

_COMMAND = re.compile(r"\\(\S?[^\s\\]*)[^\n]*")
_COPY_FROM = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_DATA_END = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)
_SENDS_BUFFER = frozenset({"g", "gx", "gexec", "gset", "gdesc", "crosstabview", "watch", "sendpipeline"})
_HARMLESS = frozenset({"restrict", "unrestrict", "."})
"""What pg_dump writes around a dump, and the end of COPY data: no SQL, and no effect on any."""


@dataclass(frozen=True)
class Piece:
    """What stands between two semicolons: from its first token to the semicolon, as indexes of the text."""

    start: int
    end: int


@dataclass(frozen=True)
class Extra:
    """Something in a text that is not SQL.

    Attributes:
        psql: Whether it is a command of psql.
        message: What it is.
        start: Index of its first character.
        end: Index after its last.
        piece: Where the piece begins that it stands in or ends; `start` when there is none.
    """

    psql: bool
    message: str
    start: int
    end: int
    piece: int


@dataclass
class Pieces:
    """A text, cut.

    Attributes:
        clean: The text with everything that is not SQL replaced by as many blanks.
        pieces: In order; pieces without any token are left out.
        troubles: What is not SQL, but is not allowed to pass in silence.
    """

    clean: str
    pieces: list[Piece] = field(default_factory=list)
    troubles: list[Extra] = field(default_factory=list)


def pieces(text: str) -> Pieces:
    """Cut a text at the semicolons that end statements.

    Args:
        text: Anything.
    """
    return _Cutter(text).cut()


class _Cutter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._blanks: list[tuple[int, int]] = []
        self._result = Pieces(text)
        self._begin: int | None = None
        self._depth = 0
        self._atomic = 0
        self._word = ""

    def cut(self) -> Pieces:
        text, at = self._text, 0
        if text.startswith("\ufeff"):
            self._blanks.append((0, 1))
            at = 1
        while (token := TOKEN.search(text, at)) is not None:
            if token.start() > at and self._begin is None:
                self._begin_at(at, token.start())
            at = self._take(token)
        if self._begin is None:
            self._begin_at(at, len(text))
        self._finish(len(text))
        self._result.clean = self._blanked()
        return self._result

    def _begin_at(self, start: int, end: int) -> None:
        """Tokens the search skips (numbers, operators) begin a piece too."""
        skipped = self._text[start:end]
        if skipped.strip():
            self._begin = start + len(skipped) - len(skipped.lstrip())

    def _take(self, token: re.Match[str]) -> int:
        kind, end = token.lastgroup, token_end(self._text, token)
        if kind in ("comment", "block"):
            return end
        if kind == "mark":
            return self._mark(token)
        if self._begin is None:
            self._begin = token.start()
        if kind == "word":
            self._read_word(token.group().lower())
        else:
            self._word = ""
        return end

    def _read_word(self, word: str) -> None:
        if word == "atomic" and self._word == "begin":
            self._atomic = 1
        elif self._atomic and word == "case":
            self._atomic += 1
        elif self._atomic and word == "end":
            self._atomic -= 1
        self._word = word

    def _mark(self, token: re.Match[str]) -> int:
        mark, at = token.group(), token.start()
        if mark == "\\":
            return self._command(at)
        if mark == "\0":
            self._blanks.append((at, at + 1))
            self._result.troubles.append(Extra(False, "the text holds a NUL byte", at, at + 1, at))
        elif mark == ";":
            return self._semicolon(at)
        else:
            if self._begin is None:
                self._begin = at
            self._depth = max(self._depth + (1 if mark == "(" else -1), 0)
        return at + 1

    def _semicolon(self, at: int) -> int:
        if self._depth or self._atomic:
            return at + 1
        begin = self._begin
        self._finish(at)
        if begin is not None and _COPY_FROM.match(self._text, begin, at):
            return self._data(at + 1)
        return at + 1

    def _data(self, at: int) -> int:
        """Leave out the data that follow a COPY; without their end mark they are not taken for data."""
        line = self._text.find("\n", at)
        ending = _DATA_END.search(self._text, line + 1) if line >= 0 else None
        if ending is None:
            return at
        self._blanks.append((line + 1, ending.end()))
        return ending.end()

    def _command(self, at: int) -> int:
        found = _COMMAND.match(self._text, at)
        assert found is not None, "the text has a backslash here"
        name, end = found.group(1), found.end()
        if name == ";":
            self._blanks.append((at, at + 1))
            return self._semicolon(at + 1)
        if name not in _HARMLESS:
            written = found.group().strip()
            shown = written if len(written) <= 60 else written[:57] + "..."
            piece = at if self._begin is None else self._begin
            message = f"{shown} is a command of psql: what it does cannot be known"
            self._result.troubles.append(Extra(True, message, at, end, piece))
        self._blanks.append((at, end))
        if name in _SENDS_BUFFER:
            self._finish(at)
        return end

    def _finish(self, end: int) -> None:
        if self._begin is not None and self._begin < end:
            self._result.pieces.append(Piece(self._begin, end))
        self._begin, self._depth, self._atomic, self._word = None, 0, 0, ""

    def _blanked(self) -> str:
        parts, at = [], 0
        for start, end in self._blanks:
            parts.append(self._text[at:start])
            parts.append("".join(c if c in "\r\n" else " " for c in self._text[start:end]))
            at = end
        parts.append(self._text[at:])
        return "".join(parts)
