"""A text that Postgres prints, by its tokens: which parentheses belong together, and what stands in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from pglast import parser

_TAKEN_APART = (["ASCII_61"], ["NOT_EQUALS"], ["IS", "DISTINCT", "FROM"])
"""The comparisons of rows that the parser takes apart, by their tokens."""
_OPEN, _CLOSE = {"ASCII_40", "ASCII_91"}, {"ASCII_41", "ASCII_93"}


class PrintedText(ABC):
    """A text that is written again, with what stands in parentheses in another way.

    Args:
        text: A statement, or part of one.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[Any] = [one for one in parser.scan(text) if one.kind != "COMMENT"]
        self._match: dict[int, int] = {}
        opened = []
        for place, token in enumerate(self._tokens):
            if token.name in _OPEN:
                opened.append(place)
            elif token.name in _CLOSE and opened:
                self._match[opened.pop()] = place

    @abstractmethod
    def group(self, start: int, close: int) -> tuple[str, int]:
        """Write what stands in parentheses, with them.

        Args:
            start: Place of the opening one among the tokens.
            close: That of the closing one.

        Returns:
            The text, and the place behind what it stands for.
        """

    def written(self) -> str:
        """The whole text."""
        if not self._tokens:
            return self._text
        return self.write(0, len(self._tokens)) + self._text[self._tokens[-1].end + 1 :]

    def write(self, first: int, end: int) -> str:
        """Write some tokens, with what stands before each of them.

        Args:
            first: Place of the first.
            end: Place behind the last.
        """
        parts = []
        place = first
        while place < end:
            parts.append(self.before(place))
            token, close = self._tokens[place], self._match.get(place)
            if token.name == "ASCII_40" and close is not None and close < end:
                text, place = self.group(place, close)
                parts.append(text)
            else:
                parts.append(self._text[token.start : token.end + 1])
                place += 1
        return "".join(parts)

    def before(self, place: int) -> str:
        """What stands between a token and the one before it: blanks and comments.

        Args:
            place: Place of the token.
        """
        start = self._tokens[place - 1].end + 1 if place else 0
        return self._text[start : self._tokens[place].start]

    def nested_on_the_left(self, start: int, close: int) -> tuple[tuple[int, int], int] | None:
        """The parentheses of an AND that comes first in an AND, or of an OR in an OR.

        Args:
            start: Place of the parenthesis that opens the outer one.
            close: That of the one that closes it.

        Returns:
            The places of the inner parentheses, and the place behind them; None when nothing is nested so.
        """
        operator, items = self._junction(start, close)
        inner = self._alone(*items[0]) if items else None
        if inner is None or self._junction(*inner)[0] != operator:
            return None
        return inner, items[0][1]

    def is_taken_apart(self, start: int, close: int) -> bool:
        """Whether parentheses are those of a row that the parser takes apart, since another row is compared with it.

        Args:
            start: Place of the opening parenthesis.
            close: That of the closing one.
        """
        if not self._is_row(start) or (self._is_row(start + 2) and self._match.get(start + 2) == close - 1):
            return False
        names = [one.name for one in self._tokens]
        for words in _TAKEN_APART:
            after, before = close + 1 + len(words), start - 1 - len(words)
            if names[close + 1 : after] == words and self._is_row(after + 1):
                return True
            other = next((opened for opened, end in self._match.items() if end == before - 1), None)
            if names[max(before, 0) : start - 1] == words and other is not None and self._is_row(other):
                return True
        return False

    def _is_row(self, place: int) -> bool:
        """Whether a token opens the parentheses of a row."""
        names = [one.name for one in self._tokens[max(place - 1, 0) : place + 1]]
        return names == ["ROW", "ASCII_40"]

    def array_that_is_cast(self, start: int, close: int) -> list[tuple[int, int]]:
        """The elements of an array that stands alone in parentheses with a cast behind them; none of anything else.

        Args:
            start: Place of the opening parenthesis.
            close: That of the closing one.
        """
        names = [one.name for one in self._tokens[start + 1 : start + 3]]
        last = self._match.get(start + 2)
        after = self._tokens[close + 1].name if close + 1 < len(self._tokens) else ""
        if names != ["ARRAY", "ASCII_91"] or last != close - 1 or after != "TYPECAST":
            return []
        return self._split(start + 2, last, {"ASCII_44"})[1]

    def cast_at_the_end(self, first: int, end: int) -> str | None:
        """The type to which some tokens are cast at their end, without what limits its length.

        Args:
            first: Place of the first token.
            end: Place behind the last.
        """
        casts = [place for place in self._at_depth(first, end) if self._tokens[place].name == "TYPECAST"]
        if not casts:
            return None
        name = ""
        for place in self._at_depth(casts[-1] + 1, end):
            token = self._tokens[place]
            if token.name not in _OPEN | _CLOSE:
                joined = token.name == "ASCII_46" or name.endswith(".") or not name
                name += ("" if joined else " ") + self._text[token.start : token.end + 1]
        return name or None

    def array_cast(self, cast: int) -> tuple[str, int] | None:
        """The type of the elements in a cast of an array.

        Args:
            cast: Place of the `::`.

        Returns:
            Its name as it is written, and the place behind the cast; None when the type is not written as an array.
        """
        for place in self._at_depth(cast + 1, len(self._tokens)):
            token = self._tokens[place]
            if token.name == "ASCII_91" and self._match.get(place) == place + 1:
                return self._text[self._tokens[cast + 1].start : token.start], place + 2
            if token.name in _CLOSE | {"ASCII_44", "ASCII_91", "TYPECAST"}:
                break
        return None

    def _at_depth(self, first: int, end: int) -> list[int]:
        """The places of tokens that are in no parentheses or brackets of their own."""
        found, place = [], first
        while place < end:
            found.append(place)
            place = self._match.get(place, place) + 1
        return found

    def _split(self, start: int, close: int, by: set[str]) -> tuple[set[str], list[tuple[int, int]]]:
        """The items between parentheses, and which separators stand between them."""
        items, seen, first = [], set(), start + 1
        for place in self._at_depth(start + 1, close):
            if self._tokens[place].name in by:
                seen.add(self._tokens[place].name)
                items.append((first, place))
                first = place + 1
        items.append((first, close))
        return seen, items

    def _junction(self, start: int, close: int) -> tuple[str, list[tuple[int, int]]]:
        """The items of an AND or an OR in parentheses; none of anything else."""
        seen, items = self._split(start, close, {"AND", "OR"})
        return (seen.pop(), items) if len(seen) == 1 else ("", [])

    def _alone(self, first: int, end: int) -> tuple[int, int] | None:
        """The parentheses that an item consists of."""
        if self._tokens[first].name == "ASCII_40" and self._match.get(first) == end - 1:
            return first, end - 1
        return None
