"""Outcomes of conditions and values of constants: the arithmetic under `truth`.

An outcome set is a sum of TRUE, FALSE, NULL and NULL_AS_ITSELF. Values are bool, Decimal, str, and None for NULL.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from pglast import ast

TRUE, FALSE, NULL = 1, 2, 4
NULL_AS_ITSELF = 8
"""NULL of a condition that is true for every value of the column it tests."""
ANYTHING = TRUE | FALSE | NULL
NULLS = NULL | NULL_AS_ITSELF
UNKNOWN = object()
"""The value of an expression that is not known."""
SOMETHING = object()
"""The value of an expression of which only is known that it is not NULL and not an empty text."""

COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
"""The operators that `compared` knows."""

_OUTCOMES = (TRUE, FALSE, NULL, NULL_AS_ITSELF)
_TEXTS_OF_TRUE = frozenset({"t", "true", "y", "yes", "on", "1"})
_TEXTS_OF_FALSE = frozenset({"f", "false", "n", "no", "off", "0"})
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "uuid", "citext"})


def constant_value(node: Any) -> object:
    """Value of an A_Const.

    Args:
        node: The constant.
    """
    if node.isnull:
        return None
    match node.val:
        case ast.Boolean(boolval=value):
            return bool(value)
        case ast.Integer(ival=int(value)):
            return Decimal(value)
        case ast.Float(fval=str(value)):
            return Decimal(value) if re.fullmatch(r"[\d.]+(e[+-]?\d{1,3})?", value.lower()) else UNKNOWN
        case ast.String(sval=value):
            return value
    return UNKNOWN


def cast_value(value: object, kind: str) -> object:
    """Value of a cast.

    Args:
        value: What is cast.
        kind: Name of the type, without its schema.
    """
    if value is None or value is UNKNOWN or value is SOMETHING:
        return value
    if kind == "bool":
        return {TRUE: True, FALSE: False}.get(outcome_of(value), UNKNOWN)
    if kind in _NUMBERS:
        number = _number(value)
        return UNKNOWN if number is None or (kind.startswith("int") and number % 1) else number
    if kind in _TEXTS:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return UNKNOWN


def _number(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[\d.]{1,40}\s*", value):
        try:
            return Decimal(value.strip())
        except InvalidOperation:
            return None
    return None


def outcome_of(value: object) -> int:
    """The outcomes of a value that stands where a condition is wanted.

    Args:
        value: The value, or UNKNOWN or SOMETHING.
    """
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, Decimal):
        return TRUE if value else FALSE
    if isinstance(value, str):
        word = value.strip().lower()
        return TRUE if word in _TEXTS_OF_TRUE else FALSE if word in _TEXTS_OF_FALSE else ANYTHING
    return TRUE | FALSE if value is SOMETHING else ANYTHING


def compared(name: str, a: Any, b: Any) -> bool | None:
    """What a comparison of two known values gives; None when that depends on their types or the collation.

    Args:
        name: The operator.
        a: Left value, not None.
        b: Right value, not None.
    """
    if isinstance(a, bool) is not isinstance(b, bool):
        if not (isinstance(a, str) or isinstance(b, str)):
            return None
        a, b = outcome_of(a), outcome_of(b)
        if ANYTHING in (a, b):
            return None
    elif isinstance(a, Decimal) is not isinstance(b, Decimal):
        a, b = _number(a), _number(b)
        if a is None or b is None:
            return None
    match name:
        case "=":
            return bool(a == b)
        case "<>":
            return bool(a != b)
    if isinstance(a, str):
        return None  # The order of texts depends on the collation.
    match name:
        case "<":
            return bool(a < b)
        case ">":
            return bool(a > b)
        case "<=":
            return bool(a <= b)
    return bool(a >= b)


@cache
def conjunction(a: int, b: int) -> int:
    """Outcomes of AND.

    Args:
        a: Outcomes of one part.
        b: Outcomes of the other.
    """
    out = 0
    for x in _OUTCOMES:
        for y in _OUTCOMES:
            if a & x and b & y:
                # An AND is as bad as its worst part: FALSE, NULL, NULL_AS_ITSELF, TRUE.
                out |= next(worst for worst in (FALSE, NULL, NULL_AS_ITSELF, TRUE) if worst in (x, y))
    return out


@cache
def disjunction(a: int, b: int) -> int:
    """Outcomes of OR.

    Args:
        a: Outcomes of one part.
        b: Outcomes of the other.
    """
    out = 0
    for x in _OUTCOMES:
        for y in _OUTCOMES:
            if a & x and b & y:
                out |= next(best for best in (TRUE, NULL_AS_ITSELF, NULL, FALSE) if best in (x, y))
    return out


def negation(a: int) -> int:
    """Outcomes of NOT.

    Args:
        a: Outcomes of what is negated.
    """
    return (FALSE if a & TRUE else 0) | (TRUE if a & FALSE else 0) | (a & NULLS)
