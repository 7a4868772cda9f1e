"""Statements with expressions as Postgres prints them, written so that Postgres reads what it printed.

Two kinds of expressions are printed in a form that is read as something else:

- `x in ('a', 'b')` with `x` a varchar is printed as `(ARRAY['a'::character varying, …])::text[]`. The parser gives such
  a cast to each element (transformArrayExpr in parse_expr.c); a cast of the whole array before it keeps it away.
- `x between 1 and 2 and y` is an AND in an AND, printed `((x >= 1) AND (x <= 2)) AND y`. The parser makes one AND of
  that, for it flattens what is nested on the left (makeAndExpr in gram.y). So it does with an OR, such as that of
  `x in (1, y) or z`. A cast to the type that the inner one has hides it from the parser, and leaves nothing behind
  (coerce_type in parse_coerce.c).
"""

from __future__ import annotations

from typing import Any

from pglast import parser

from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText

_OPEN, _CLOSE = {"ASCII_40", "ASCII_91"}, {"ASCII_41", "ASCII_93"}


def readable(statement: str) -> str:
    """A statement that is read as it was printed.

    Args:
        statement: One statement, in which expressions stand as Postgres prints them.
    """
    return _Text(statement).written() if _may_be_misread(statement) else statement


def readable_script(script: str) -> str:
    """A script whose statements are read as they were printed.

    Args:
        script: Statements in which expressions stand as Postgres prints them, such as a dump; commands of psql may
            stand between them.
    """
    if not _may_be_misread(script):
        return script
    parts, written = list[str](), 0
    for statement in parse(PositionedText.whole_file("", script)).statements:
        parts += [script[written : statement.start], readable(script[statement.start : statement.end])]
        written = statement.end
    return "".join([*parts, script[written:]])


def _may_be_misread(statement: str) -> bool:
    nested = "((" in statement and (" AND " in statement or " OR " in statement)
    return nested or "(ARRAY[" in statement


class _Text:
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

    def written(self) -> str:
        """The whole text."""
        return self._write(0, len(self._tokens)) if self._tokens else self._text

    def _write(self, first: int, end: int) -> str:
        """The text of some tokens, with what stands before each of them."""
        parts = []
        place = first
        while place < end:
            before = self._tokens[place - 1].end + 1 if place > 0 else 0
            token = self._tokens[place]
            parts.append(self._text[before : token.start])
            close = self._match.get(place)
            if token.name == "ASCII_40" and close is not None and close < end:
                parts.append(self._group(place, close))
                place = close + 1
            else:
                parts.append(self._text[token.start : token.end + 1])
                place += 1
        if end == len(self._tokens):
            parts.append(self._text[self._tokens[-1].end + 1 :])
        return "".join(parts)

    def _group(self, start: int, close: int) -> str:
        """What stands in parentheses, with them."""
        operator, items = self._junction(start, close)
        nested = self._alone(*items[0]) if items else None
        if nested is not None and self._junction(*nested)[0] == operator:
            hidden = f"{self._text[self._tokens[start].end + 1 : self._tokens[start + 1].start]}{self._group(*nested)}"
            return f"({hidden}::boolean{self._write(items[0][1], close)}{self._between(close)})"
        return f"({self._write(start + 1, close)}{self._cast(start, close)}{self._between(close)})"

    def _between(self, close: int) -> str:
        return self._text[self._tokens[close - 1].end + 1 : self._tokens[close].start]

    def _cast(self, start: int, close: int) -> str:
        """The cast that an array in parentheses gets, when another cast follows it."""
        names = [one.name for one in self._tokens[start + 1 : start + 3]]
        last = self._match.get(start + 2)
        after = self._tokens[close + 1].name if close + 1 < len(self._tokens) else ""
        if names != ["ARRAY", "ASCII_91"] or last != close - 1 or after != "TYPECAST":
            return ""
        types = {self._type(*item) for item in self._split(start + 2, last, {"ASCII_44"})[1]}
        only = types.pop() if len(types) == 1 else None
        return f"::{only}[]" if only else ""

    def _type(self, first: int, end: int) -> str | None:
        """The type to which an element is cast at its end, without what limits its length."""
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
