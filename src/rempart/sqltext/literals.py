"""String literals of SQL: their value, with the place of each of its characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rempart.records import record
from rempart.sqltext.positioned import PositionedText

_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
_CONTINUED = re.compile(r"[ \t\f\v]*(?:--[^\n]*)?[\r\n](?:\s|--[^\n]*[\r\n])*'")
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[bfnrt])|(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})"
    r"|u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})|(?P<itself>.))",
    re.DOTALL,
)
_UNICODE = re.compile(r"\\(?:(?P<itself>\\)|\+(?P<long>[0-9A-Fa-f]{6})|(?P<short>[0-9A-Fa-f]{4}))")
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@record(frozen=True)
class Literal:
    """The value of a literal.

    Attributes:
        text: The value, with its places.
        indexes: Index, in the text the literal stands in, of each character of the value, and of the closing quote.
        end: Index after the literal.
    """

    text: PositionedText
    indexes: Sequence[int]
    end: int

    @property
    def start(self) -> int | None:
        """Index of the value's first character, when it stands there character by character; else None."""
        return self.indexes[0] if isinstance(self.indexes, range) else None


def literal(text: PositionedText, at: int | None, value: str) -> Literal | None:
    """Read a literal whose value the parser told.

    Args:
        text: The text it stands in.
        at: Index where the parser says it begins.
        value: Its value; what is read must be equal.

    Returns:
        The value with places; None when no literal of that value begins there.
    """
    found = read(text, at) if at is not None and at >= 0 else None
    return found if found is not None and found.text.text == value else None


def read(text: PositionedText, at: int) -> Literal | None:
    """Read the literal that begins at an index.

    Args:
        text: The text it stands in.
        at: Index of its first character: `$`, `'`, or the `E` or `U` before the quote.

    Returns:
        The value with places; None when there is no whole literal.
    """
    sql = text.text
    opening = _DOLLAR.match(sql, at)
    if opening is not None:
        closing = sql.find(opening.group(), opening.end())
        if closing < 0:
            return None
        inside = range(opening.end(), closing + 1)
        return Literal(text.decoded(sql[opening.end() : closing], inside), inside, closing + len(opening.group()))
    prefix = sql[at : at + 2].lower()
    if prefix == "e'":
        return _quoted(text, at + 2, _ESCAPE)
    if prefix == "u&" and sql[at + 2 : at + 3] == "'":
        return _quoted(text, at + 3, _UNICODE)
    if sql[at : at + 1] == "'":
        return _quoted(text, at + 1, None)
    return None


def _quoted(text: PositionedText, at: int, escape: re.Pattern[str] | None) -> Literal | None:
    """Read from behind the opening quote."""
    sql, start = text.text, at
    value: list[str] = []
    indexes: list[int] = []
    while at < len(sql):
        character = sql[at]
        if character == "'":
            if sql[at + 1 : at + 2] == "'":
                value.append("'")
                indexes.append(at)
                at += 2
                continue
            more = _CONTINUED.match(sql, at + 1)
            if more is None:
                break
            at = more.end()
            continue
        found = escape.match(sql, at) if escape is not None and character == "\\" else None
        if found is not None:
            value.append(_meant(found))
            indexes.append(at)
            at = found.end()
            continue
        value.append(character)
        indexes.append(at)
        at += 1
    else:
        return None
    verbatim = len(indexes) == at - start
    places: Sequence[int] = range(start, at + 1) if verbatim else [*indexes, at]
    return Literal(text.decoded("".join(value), places), places, at + 1)


def _meant(escape: re.Match[str]) -> str:
    groups = escape.groupdict()
    if simple := groups.get("simple"):
        return _SIMPLE[simple]
    if octal := groups.get("octal"):
        return chr(int(octal, 8))
    if code := groups.get("hex") or groups.get("short") or groups.get("long"):
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return str(groups["itself"])
