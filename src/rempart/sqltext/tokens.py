"""Tokens of SQL text, found without the parser, so that broken text and the bodies of functions can be read too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* )
    | (?P<block> /\* )
    | (?P<string> (?P<escapes> (?<![\w$]) [eE] )? ' )
    | (?P<name> " )
    | (?P<dollar> (?<![\w$]) \$ (?: [^\W\d] \w* )? \$ )
    | (?P<word> (?<![\w$]) [^\W\d] [\w$]* )
    | (?P<mark> [;()\\\0] )
    """,
    re.VERBOSE,
)
"""What ends statements, and what semicolons may stand in; the rest of a text lies between the matches."""
_WHOLE = re.compile(
    r"""
      (?P<escapes> (?<![\w$]) [eE] ' (?: [^'\\] | '' | \\. )* ' (?!') )
    | (?P<open> (?<![\w$]) [eE] ' )
    | (?P<word> (?<![\w$]) [^\W\d] [\w$]* )
    | (?P<mark> [;()\\\0] )
    | (?P<comment> --[^\n]* | /\* (?: [^*/] | \*(?!/) | /(?!\*) )* \*/ )
    | (?P<string> ' (?: [^'] | '' )* ' (?!') )
    | (?P<name> " [^"]* " )
    | (?P<dollar> (?<![\w$]) (?P<tag> \$ (?: [^\W\d] \w* )? \$ ) .*? (?P=tag) )
    | (?P<unclosed> ['"] | /\* | (?<![\w$]) \$ (?: [^\W\d] \w* )? \$ )
    | (?P<rest> \d+ (?: \.(?!\.)\d* )? \w* | := | :: | \.\. | \|\| | << | >> | \S )
    """,
    re.VERBOSE | re.DOTALL,
)
"""A whole token, or the opening of one that this pattern cannot close."""
_STRING_END = re.compile(r"'(?:''|[^'])*(?:'(?!')|\Z)")
_ESCAPED_END = re.compile(r"'(?:''|\\.|[^'\\])*(?:'|\Z)", re.DOTALL)
_NAME_END = re.compile(r'"[^"]*(?:"|\Z)')
_BLOCK_MARK = re.compile(r"/\*|\*/")


class Token(NamedTuple):
    """A token; comments are none.

    Attributes:
        kind: `word`, `string`, `dollar`, `name` (quoted), `mark` or `rest`.
        text: As written; words in lower case.
        start: Index of its first character.
        end: Index after its last.
        word: The text of words, marks and the rest; empty for what is quoted.
    """

    kind: str
    text: str
    start: int
    end: int
    word: str


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of a text, or of a part of it.

    Args:
        text: Anything.
        start: Index to begin at.
        end: Index to end before.
    """
    at, limit = start, len(text) if end is None else end
    while at < limit:
        for found in _WHOLE.finditer(text, at, limit):
            kind = found.lastgroup
            if kind == "word":
                word = found.group().lower()
                yield Token(kind, word, found.start(), found.end(), word)
            elif kind == "mark" or kind == "rest":
                word = found.group()
                yield Token(kind, word, found.start(), found.end(), word)
            elif kind == "open" or kind == "unclosed":
                break
            elif kind != "comment":
                quoted = "string" if kind == "escapes" else str(kind)
                yield Token(quoted, found.group(), found.start(), found.end(), "")
        else:
            return
        # What a pattern alone cannot close: comments in comments, and what never closes.
        opening = TOKEN.match(text, found.start(), limit)
        if opening is None:
            at = found.end()
            continue
        at = min(token_end(text, opening), limit)
        if opening.lastgroup in ("string", "escapes", "name", "dollar"):
            quoted = "string" if opening.lastgroup == "escapes" else str(opening.lastgroup)
            yield Token(quoted, text[found.start() : at], found.start(), at, "")


def end_of_code(text: str, start: int = 0) -> int:
    """Index after the last token of a text.

    Args:
        text: SQL.
        start: Index to begin at.
    """
    at, end = start, start
    while (found := TOKEN.search(text, at)) is not None:
        between = text[at : found.start()].rstrip()
        end = at + len(between) if between else end
        at = token_end(text, found)
        if found.lastgroup not in ("comment", "block"):
            end = at
    between = text[at:].rstrip()
    return at + len(between) if between else end


def comments(text: str) -> list[tuple[int, int]]:
    """Where the comments of a SQL text start and end; those inside strings and dollar quotes are none.

    Args:
        text: SQL.
    """
    found, at = [], 0
    while (token := TOKEN.search(text, at)) is not None:
        kind = token.lastgroup
        at = token_end(text, token)
        if kind in ("comment", "block"):
            found.append((token.start(), at))
    return found


def token_end(text: str, token: re.Match[str]) -> int:
    """Index after a token that a search found the beginning of; the end of the text when it never closes."""
    match token.lastgroup:
        case "string" | "escapes":
            quote = token.end() - 1
            ending = (_ESCAPED_END if token.group("escapes") else _STRING_END).match(text, quote)
            return ending.end() if ending else len(text)
        case "name":
            closing = _NAME_END.match(text, token.start())
            return closing.end() if closing else len(text)
        case "dollar":
            at = text.find(token.group(), token.end())
            return at + len(token.group()) if at >= 0 else len(text)
        case "block":
            return _block_end(text, token.end())
    return token.end()


def _block_end(text: str, at: int) -> int:
    depth = 1
    while depth:
        mark = _BLOCK_MARK.search(text, at)
        if mark is None:
            return len(text)
        depth += 1 if mark.group() == "/*" else -1
        at = mark.end()
    return at
