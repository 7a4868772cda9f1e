"""Statements with expressions as Postgres prints them, written so that Postgres reads what it printed.

Two kinds of expressions are printed in a form that is read as something else:

- `x in ('a', 'b')` with `x` a varchar is printed as `(ARRAY['a'::character varying, …])::text[]`. The parser gives such
  a cast to each element (transformArrayExpr in parse_expr.c); a cast of the whole array before it keeps it away.
- `x between 1 and 2 and y` is an AND in an AND, printed `((x >= 1) AND (x <= 2)) AND y`. The parser makes one AND of
  that (makeAndExpr in gram.y). What is nested on the left came from a form that hides it, and is written in that form
  again: BETWEEN, NOT BETWEEN, and the comparison of rows by =, <> and IS DISTINCT FROM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pglast import parser

_OPEN, _CLOSE = {"ASCII_40", "ASCII_91"}, {"ASCII_41", "ASCII_93"}
_COMPARISONS = {
    "ASCII_60": "<", "ASCII_61": "=", "ASCII_62": ">", "LESS_EQUALS": "<=", "GREATER_EQUALS": ">=", "NOT_EQUALS": "<>",
}  # fmt: skip
_RANGES: dict[tuple[str, ...], str] = {("AND", ">=", "<="): "BETWEEN", ("OR", "<", ">"): "NOT BETWEEN"}
_DISTINCT = ("IS", "DISTINCT", "FROM")


def readable(statement: str) -> str:
    """A statement that is read as it was printed.

    Args:
        statement: One statement, in which expressions stand as Postgres prints them.
    """
    nested = "((" in statement and (" AND " in statement or " OR " in statement)
    if not nested and "(ARRAY[" not in statement:
        return statement
    return _Text(statement).written()


@dataclass(frozen=True)
class _Comparison:
    """`left operator right`; `operator` is `distinct` for IS DISTINCT FROM."""

    left: str
    operator: str
    right: str


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
            hidden = self._hidden(*nested, operator)
            if hidden is not None:
                return f"({hidden}{self._write(items[0][1], close)}{self._between(close)})"
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

    def _hidden(self, start: int, close: int, operator: str) -> str | None:
        """An AND or OR in the form that it came from; None when it is not known."""
        chain = self._chain(start, close, operator)
        if operator == "OR" and chain and all(one.operator == "distinct" for one in chain):
            return self._rows(chain, "IS DISTINCT FROM")
        found = [self._comparison(*item) for item in self._junction(start, close)[1]]
        if any(one is None for one in found):
            return None
        flat = [one for one in found if one is not None]
        operators = [one.operator for one in flat]
        word = _RANGES.get((operator, *operators))
        if word and flat[0].left == flat[1].left:
            return f"(({flat[0].left}) {word} ({flat[0].right}) AND ({flat[1].right}))"
        equal = "=" if operator == "AND" else "<>"
        return self._rows(flat, equal) if set(operators) == {equal} else None

    def _rows(self, found: list[_Comparison], operator: str) -> str:
        left, right = (", ".join(sides) for sides in zip(*((one.left, one.right) for one in found), strict=True))
        return f"(ROW({left}) {operator} ROW({right}))"

    def _chain(self, start: int, close: int, operator: str) -> list[_Comparison]:
        """The comparisons of items nested two by two on the left; none of anything else."""
        found, items = self._junction(start, close)
        if found != operator or len(items) != 2:
            return []
        last, nested = self._comparison(*items[1]), self._alone(*items[0])
        first = self._comparison(*items[0])
        before = [first] if first is not None else self._chain(*nested, operator) if nested is not None else []
        return [*before, last] if before and last is not None else []

    def _comparison(self, first: int, end: int) -> _Comparison | None:
        """The comparison that an item in parentheses consists of."""
        alone = self._alone(first, end)
        if alone is None:
            return None
        start, close = alone
        places = self._at_depth(start + 1, close)
        for index, place in enumerate(places):
            names = tuple(self._tokens[one].name for one in places[index : index + 3])
            width = 3 if names == _DISTINCT else 1 if names[0] in _COMPARISONS else 0
            if width and index and index + width < len(places):
                left = self._write(start + 1, place).strip()
                right = self._write(places[index + width], close).strip()
                return _Comparison(left, "distinct" if width == 3 else _COMPARISONS[names[0]], right)
        return None
