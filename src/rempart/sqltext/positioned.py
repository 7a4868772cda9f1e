"""SQL text that knows where each of its characters stands in a file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from rempart.records import field, record


class Place(NamedTuple):
    """A position in a file.

    Attributes:
        path: The file; `-` for standard input.
        line: From 1.
        column: In characters, from 1.
    """

    path: str
    line: int
    column: int


@record()
class PositionedText:
    """SQL taken from a file, whole or in part.

    Attributes:
        text: The SQL, as Postgres gets it.
        path: The file it stands in.
        file_text: The whole text of that file, for showing lines.
        offset: Where `text` starts in `file_text`, when it stands there character by character.
        origins: Index in `file_text` of each character of `text`, when it does not (a string literal with
            escapes); one index more than characters.
        fixed: The place of all of it, when it does not stand in the file at all (SQL made by a program).
    """

    text: str
    path: str
    file_text: str
    offset: int = 0
    origins: Sequence[int] | None = None
    fixed: tuple[int, int] | None = None
    _line_starts: list[int] = field(default_factory=list)
    _lines: dict[int, str] = field(default_factory=dict)

    @classmethod
    def whole_file(cls, path: str, text: str) -> PositionedText:
        """The text of a file that is SQL from its first character to its last."""
        return cls(text=text, path=path, file_text=text)

    def part(self, start: int, end: int) -> PositionedText:
        """A part of the text, which knows its places too.

        Args:
            start: Index of its first character.
            end: Index after its last.
        """
        return self.decoded(self.text[start:end], range(start, end + 1))

    def decoded(self, text: str, indexes: Sequence[int]) -> PositionedText:
        """A text that was made of characters of this one, such as the value of a string literal.

        Args:
            text: The text made.
            indexes: Index in this text of each character of it, and of what follows.
        """
        offset, origins = 0, None
        if self.fixed is None:
            if self.origins is not None:
                known = self.origins
                origins = [known[min(index, len(known) - 1)] for index in indexes]
            elif isinstance(indexes, range) and indexes.step == 1:
                offset = self.offset + indexes.start
            else:
                origins = [self.offset + index for index in indexes]
        return PositionedText(text, self.path, self.file_text, offset, origins, self.fixed, self._starts())

    def place(self, index: int) -> Place:
        """Where a character of the SQL stands in the file.

        Args:
            index: Index of a character of `text`, from 0; its length stands for the end.
        """
        if self.fixed is not None:
            return Place(self.path, *self.fixed)
        at = self.origins[min(index, len(self.origins) - 1)] if self.origins else self.offset + index
        starts = self._starts()
        line = bisect_right(starts, at)
        return Place(self.path, line, at - starts[line - 1] + 1)

    def line_text(self, line: int) -> str:
        """The text of a line of the file, without its end; empty when there is no such line."""
        starts = self._starts()
        if not 1 <= line <= len(starts):
            return ""
        if line not in self._lines:
            end = starts[line] if line < len(starts) else len(self.file_text)
            self._lines[line] = self.file_text[starts[line - 1] : end].rstrip("\r\n")
        return self._lines[line]

    def _starts(self) -> list[int]:
        if not self._line_starts:
            starts, at = [0], self.file_text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.file_text.find("\n", at + 1)
            self._line_starts.extend(starts)
        return self._line_starts
