"""Text expressions whose value is known: literals, joined, or put together by format() and the quoting functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rempart.records import record
from rempart.sqltext import literals
from rempart.sqltext.positioned import PositionedText
from rempart.sqltext.tokens import Token, tokens

_SPECIFIER = re.compile(r"%(?:(?P<position>\d+)\$)?(?P<flags>-?\d*)(?P<kind>[sIL%])")
_AS_IT_IS = re.compile(r"%(?:\d+\$)?-?\d*s")
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_QUOTING = frozenset({"quote_ident", "quote_literal", "quote_nullable"})


@record(frozen=True)
class Text:
    """A known text.

    Attributes:
        value: The text.
        indexes: Index in the text it was read from of each of its characters, and of what follows.
    """

    value: str
    indexes: Sequence[int]


@record(frozen=True)
class Unknown:
    """A text that is made at run time.

    Attributes:
        quoted: Whether the values in it all pass through %I, %L or a quoting function.
    """

    quoted: bool


class _UnknownError(Exception):
    pass


Quoted = Callable[[str], "bool | None"]
"""Whether what a variable holds is SQL whose values are all quoted; None when that is not known."""


def constant(
    text: PositionedText,
    start: int,
    end: int,
    variables: Mapping[str, Text] | None = None,
    quoted: Quoted = lambda _name: None,
) -> Text | Unknown:
    """The value of a text expression.

    Args:
        text: The text it stands in.
        start: Index of its first character.
        end: Index after its last.
        variables: Values of variables that are known.
        quoted: What is known of the other variables.
    """
    found = list(tokens(text.text, start, end))
    try:
        value = _Evaluator(text, found, variables or {}).whole()
    except (_UnknownError, RecursionError):
        return Unknown(_quoted(found, quoted))
    return Text("".join(value.characters), [*value.indexes, end])


def _quoted(found: list[Token], quoted: Quoted) -> bool:
    """Whether no value is put into the text as it is: neither joined to it nor formatted with %s, here or before."""
    calls: list[str] = []
    previous: Token | None = None
    joined = any(token.text == "||" for token in found)
    for token in found:
        if token.text == "(":
            calls.append(previous.text if previous is not None and previous.kind == "word" else "")
        elif token.text == ")" and calls:
            calls.pop()
        elif token.kind in ("string", "dollar"):
            if "format" in calls and _AS_IT_IS.search(token.text):
                return False
        elif token.kind in ("word", "name") and not calls and token.text not in (*_QUOTING, "format"):
            after = previous.text if previous is not None else ""
            known = True if after in ("::", ".") else quoted(token.word)
            if known is False or (joined and known is None):
                return False
        previous = token
    return True


@record()
class _Value:
    characters: list[str]
    indexes: list[int]

    def add(self, other: _Value) -> None:
        self.characters += other.characters
        self.indexes += other.indexes


class _Evaluator:
    def __init__(self, text: PositionedText, found: list[Token], variables: Mapping[str, Text]) -> None:
        self._text, self._tokens, self._at = text, found, 0
        self._variables = variables

    def whole(self) -> _Value:
        value = self._joined()
        if self._at < len(self._tokens):
            raise _UnknownError
        return value

    def _next(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _expect(self, text: str) -> None:
        if self._next() != text:
            raise _UnknownError
        self._at += 1

    def _joined(self) -> _Value:
        value = self._term()
        while self._next() == "||":
            self._at += 1
            value.add(self._term())
        return value

    def _term(self) -> _Value:
        if self._at >= len(self._tokens):
            raise _UnknownError
        token = self._tokens[self._at]
        if token.text == "(":
            self._at += 1
            value = self._joined()
            self._expect(")")
        elif token.kind in ("string", "dollar") or self._text.text.startswith("&'", token.end):
            value = self._literal(token)
        elif token.word in self._variables:
            self._at += 1
            known = self._variables[token.word]
            value = _Value(list(known.value), list(known.indexes[:-1]))
        elif token.kind != "word":
            raise _UnknownError
        else:
            value = self._call()
        while self._next() == "::":
            self._at += 1
            if self._next() not in ("text", "varchar", "name"):
                raise _UnknownError
            self._at += 1
        return value

    def _literal(self, token: Token) -> _Value:
        found = literals.read(self._text, token.start)
        if found is None:
            raise _UnknownError
        # A literal may go on in the next line, as more tokens.
        while self._at < len(self._tokens) and self._tokens[self._at].start < found.end:
            self._at += 1
        return _Value(list(found.text.text), list(found.indexes[:-1]))

    def _call(self) -> _Value:
        if self._next() == "pg_catalog":
            self._at += 1
            self._expect(".")
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.text not in (*_QUOTING, "format", "concat"):
            raise _UnknownError
        self._at += 1
        self._expect("(")
        arguments = [self._joined()]
        while self._next() == ",":
            self._at += 1
            arguments.append(self._joined())
        self._expect(")")
        if token.text == "format":
            return _formatted(arguments)
        if token.text == "concat":
            return _concatenated(arguments)
        return _put("I" if token.text == "quote_ident" else "L", arguments[0])


def _concatenated(arguments: list[_Value]) -> _Value:
    value = _Value([], [])
    for argument in arguments:
        value.add(argument)
    return value


def _formatted(arguments: list[_Value]) -> _Value:
    template, given = arguments[0], arguments[1:]
    written = "".join(template.characters)
    value, at, turn = _Value([], []), 0, 0
    for found in _SPECIFIER.finditer(written):
        value.add(_Value(template.characters[at : found.start()], template.indexes[at : found.start()]))
        at = found.end()
        if found.group("kind") == "%":
            value.add(_Value(["%"], [template.indexes[found.start()]]))
            continue
        turn = int(found.group("position")) if found.group("position") else turn + 1
        if found.group("flags") or not 1 <= turn <= len(given):
            raise _UnknownError
        value.add(_put(found.group("kind"), given[turn - 1]))
    value.add(_Value(template.characters[at:], template.indexes[at:]))
    return value


def _put(kind: str, value: _Value) -> _Value:
    """A value as %s, %I or %L puts it."""
    quote = {"s": "", "I": '"', "L": "'"}[kind]
    text = "".join(value.characters)
    if not quote or (kind == "I" and _PLAIN_NAME.match(text)):
        return value
    first = value.indexes[0] if value.indexes else 0
    last = value.indexes[-1] if value.indexes else first
    characters, indexes = [quote], [first]
    for character, index in zip(value.characters, value.indexes, strict=True):
        repeat = 2 if character == quote else 1
        characters += [character] * repeat
        indexes += [index] * repeat
    return _Value([*characters, quote], [*indexes, last])
