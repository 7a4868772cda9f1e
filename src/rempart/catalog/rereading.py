"""What Postgres prints is not always read as what it was: how it is written so that it is, and what it is read as.

Three kinds of expressions are printed in a form that is read as something else:

- `x in ('a', 'b')` with `x` a varchar is printed as `(ARRAY['a'::character varying, …])::text[]`. The parser gives such
  a cast to each element (transformArrayExpr in parse_expr.c); a cast of the whole array before it keeps it away.
- `x between 1 and 2 and y` is an AND in an AND, printed `((x >= 1) AND (x <= 2)) AND y`. The parser makes one AND of
  that, for it flattens what is nested on the left (makeAndExpr in gram.y). So it does with an OR, such as that of
  `x in (1, y) or z`. A cast to the type that the inner one has hides it from the parser, and leaves nothing behind
  (coerce_type in parse_coerce.c).
- Rows in rows, `((x, y), z) <> ((1, 2), 3)`, are compared as records, printed `ROW(x, y) <> ROW(1, 2)`. The parser
  takes that apart, by columns (make_row_distinct_op in parse_expr.c); then it takes a row around each of them apart.
"""

from __future__ import annotations

from functools import lru_cache

from rempart.catalog.printed_text import PrintedText
from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText


def readable(statement: str) -> str:
    """A statement that is read as it was printed.

    Args:
        statement: One statement, in which expressions stand as Postgres prints them.
    """
    return _Kept(statement).written() if _may_be_misread(statement) else statement


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


@lru_cache(maxsize=4096)
def read_again(printed: str) -> str:
    """What an expression, a query or a definition is printed as after a dump and a restore.

    Args:
        printed: What it is printed as before.
    """
    return _ReadAgain(printed).written() if _may_be_misread(printed) else printed


def _may_be_misread(statement: str) -> bool:
    nested = "((" in statement and (" AND " in statement or " OR " in statement)
    return nested or "(ARRAY[" in statement or any(f" {way} ROW(" in statement for way in ("=", "<>", "DISTINCT FROM"))


class _Kept(PrintedText):
    """A text that is read as it was printed."""

    def group(self, start: int, close: int) -> tuple[str, int]:
        """See `PrintedText.group`."""
        if (nested := self.nested_on_the_left(start, close)) is not None:
            inner, rest = nested
            text = f"({self.before(start + 1)}{self.group(*inner)[0]}::boolean{self.write(rest, close)}"
        elif self.is_taken_apart(start, close):
            text = f"(ROW({self.write(start + 1, close)})"
        else:
            text = f"({self.write(start + 1, close)}{self._cast(start, close)}"
        return f"{text}{self.before(close)})", close + 1

    def _cast(self, start: int, close: int) -> str:
        """The cast that an array in parentheses gets, when another cast follows it."""
        types = {self.cast_at_the_end(*item) for item in self.array_that_is_cast(start, close)}
        only = types.pop() if len(types) == 1 else None
        return f"::{only}[]" if only else ""


class _ReadAgain(PrintedText):
    """A text as it is printed when it was read once more."""

    def group(self, start: int, close: int) -> tuple[str, int]:
        """See `PrintedText.group`."""
        elements = self.array_that_is_cast(start, close)
        if elements and (cast := self.array_cast(close + 1)) is not None:
            name, end = cast
            return f"ARRAY[{', '.join(f'({self.write(*one).strip()})::{name}' for one in elements)}]", end
        return f"({self._items(start, close)}{self.before(close)})", close + 1

    def _items(self, start: int, close: int) -> str:
        """What stands between parentheses, the same operator nested on the left of it without its own."""
        if (nested := self.nested_on_the_left(start, close)) is None:
            return self.write(start + 1, close)
        inner, rest = nested
        return f"{self.before(start + 1)}{self._items(*inner)}{self.write(rest, close)}"
