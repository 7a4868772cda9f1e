"""What the bodies of functions read, told from their text.

A policy that calls a function depends on what is in it. The text is enough for names of tables and functions: strings
and comments are taken out, and what is left is searched for the places where SQL allows a table or a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rempart.lint.state import Function, Name, State

_NAME = r'(?:"[^"]+"|[^\W\d][\w$]*)'
_QUALIFIED = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TABLE = re.compile(rf'\b(?:from|join|update|into)\s+(?:only\s+)?({_QUALIFIED})(?![\w$"]|\s*[(.])', re.IGNORECASE)
_CALL = re.compile(rf"({_QUALIFIED})\s*\(")
_WORD = re.compile(r"[^\W\d][\w$]*")
_KEY = r"(?:->>?|#>>?)\s*'\{?\s*([^'{},]+?)\s*\}?'(?!\s*\)*\s*is\s+(?:not\s+)?null)"
_STRING = re.compile(r"'((?:[^']|'')*)'")


def tables_in(function: Function, state: State) -> Iterator[Name]:
    """The relations a function's body reads or writes that are known here.

    Args:
        function: The function.
        state: Knows the relations.
    """
    for written in _named(_TABLE, function.body or ""):
        for name in _candidates(written, function):
            if name in state.relations:
                yield name
                break


def functions_in(function: Function, state: State) -> Iterator[Function]:
    """The functions of the project that a function's body calls.

    Args:
        function: The function.
        state: Knows the functions.
    """
    for written in _named(_CALL, function.body or ""):
        for name in _candidates(written, function):
            known = state.functions_named(name)
            if known:
                yield from known
                break


def mentions(function: Function, word: str) -> bool:
    """Whether a body has a word outside of strings and comments.

    Args:
        function: The function.
        word: A name, as the catalog writes it.
    """
    return word.lower() in _words(function.body or "")


def strings_in(function: Function) -> list[str]:
    """The texts of the string constants in a body.

    Args:
        function: The function.
    """
    return [str(text) for text in _STRING.findall(_COMMENT.sub(" ", function.body or ""))]


def keys_in(function: Function, columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The keys that a body takes from JSON columns, those left out that it only asks whether they are there.

    Args:
        function: The function.
        columns: Names of the columns.

    Returns:
        Column and key of each.
    """
    body = _COMMENT.sub(" ", function.body or "")
    for column in columns:
        for found in re.finditer(rf"\b{re.escape(column)}\s*{_KEY}", body, re.IGNORECASE):
            yield column, found[1]


def _code(body: str) -> str:
    return _NOT_CODE.sub(" ", body)


@lru_cache(maxsize=4096)
def _named(what: re.Pattern[str], body: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(what.findall(_code(body))))


@lru_cache(maxsize=4096)
def _words(body: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_code(body).lower()))


def _candidates(written: str, function: Function) -> Iterator[Name]:
    parts = [part.strip() for part in re.findall(_NAME, written)]
    plain = [part[1:-1] if part.startswith('"') else part.lower() for part in parts]
    if len(plain) > 1:
        yield plain[0], plain[1]
        return
    for schema in (*(function.search_path or ()), function.name[0], "public"):
        yield schema, plain[0]
