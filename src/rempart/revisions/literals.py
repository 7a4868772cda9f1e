"""String literals of Python source: their values, and where each character of a value stands in the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PREFIX = re.compile(r"([rRbBuUfFtT]{0,2})(\"\"\"|'''|\"|')")
_BETWEEN = re.compile(r"(?:[\s()]|\\\r?\n|\#[^\n]*)+")
_MARKS = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'''", '"""')}
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|N\{(?P<name>[^}]+)\}|(?P<one>.))",
    re.DOTALL,
)
_SINGLE = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


@dataclass
class Value:
    """The value of a string literal, or a part of it between two placeholders of an f-string.

    Attributes:
        text: The value.
        origins: Index in the file of each character, and of what follows the last one.
    """

    text: str
    origins: Sequence[int]


@dataclass(frozen=True)
class Hole:
    """A part whose value the source does not tell.

    Attributes:
        origin: Index in the file of its first character.
    """

    origin: int


Part = Value | Hole


def literal_parts(source: str, start: int, end: int) -> list[Part]:
    """The parts of a string literal, implicit concatenation included.

    Args:
        source: Text of the file.
        start: Index of the first character of the literal, its prefix included.
        end: Index after its last.
    """
    parts: list[Part] = []
    at = start
    while at < end:
        if between := _BETWEEN.match(source, at, end):
            at = between.end()
            continue
        opening = _PREFIX.match(source, at, end)
        if opening is None:
            return [Hole(start)]
        prefix, quote = opening.group(1).lower(), opening.group(2)
        at = opening.end()
        close = _closing(source, at, end, quote)
        parts.extend(_decoded(source, at, close, raw="r" in prefix, formatted="f" in prefix))
        at = close + len(quote)
    return joined(parts)


def joined(parts: Sequence[Part]) -> list[Part]:
    """The same parts, neighbouring values made one.

    Args:
        parts: In order.
    """
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Value) and isinstance(last, Value):
            found[-1] = Value(last.text + part.text, [*last.origins[: len(last.text)], *part.origins])
        else:
            found.append(part)
    return found


def _closing(source: str, at: int, end: int, quote: str) -> int:
    """Index of the quotes that end a literal. A backslash keeps the next character in, in raw literals too."""
    for mark in _MARKS[quote].finditer(source, at, end):
        if mark.group() == quote:
            return mark.start()
    return end


def _decoded(source: str, start: int, end: int, *, raw: bool, formatted: bool) -> Iterator[Part]:
    special = ("" if raw else "\\") + ("{}" if formatted else "")
    text = source[start:end]
    if not any(character in text for character in special):
        yield Value(text, range(start, end + 1))
        return
    value, origins, at = [], [], start
    while at < end:
        character = source[at]
        if character == "\\" and not raw and (escape := _ESCAPE.match(source, at, end)):
            for one in _character(escape):
                value.append(one)
                origins.append(at)
            at = escape.end()
        elif formatted and character in "{}":
            if source.startswith(character * 2, at):
                value.append(character)
                origins.append(at)
                at += 2
                continue
            yield Value("".join(value), [*origins, at])
            yield Hole(at)
            value, origins = [], []
            at = _hole_end(source, at, end)
        else:
            value.append(character)
            origins.append(at)
            at += 1
    yield Value("".join(value), [*origins, end])


def _character(escape: re.Match[str]) -> str:
    """What an escape stands for; its own text when Python leaves it as it is."""
    if octal := escape["octal"]:
        return chr(int(octal, 8))
    if code := escape["x"] or escape["u"] or escape["U"]:
        return chr(int(code, 16))
    if name := escape["name"]:
        return unicodedata.lookup(name)
    return _SINGLE.get(escape["one"], escape.group())


def _hole_end(source: str, at: int, end: int) -> int:
    """Index after the placeholder of an f-string that begins at an index."""
    depth = 0
    while at < end:
        character = source[at]
        if character in "'\"":
            at = _closing(source, at + 1, end, character)
        elif character in "{[(":
            depth += 1
        elif character in "}])":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return end
