"""Values to try in a column when nothing says which ones it wants."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from rempart.access.structure import Column

_NAMESPACE = uuid.UUID("5f0c2a52-8f1e-4a7b-9d29-7d3b1c5a7e10")  # any; the same in every run
_MOST_DOCUMENTS = 20
_LONGEST = 2  # digits of the length of a text that is made up to fit a check
_DAY = date(2024, 1, 1)
_TEXTS = (
    "witness row text", "witness@example.org", "https://example.org", "+243810000000", "W1", "A", "FR", "EUR",
    "USD", "CDF", "00000", "10:00", "abcdefghijklmnopqrstuvwxyz0123456789",
)  # fmt: skip
_NUMBERS = ("1", "2", "0", "10", "100", "1000", "-1", "0.5")
_BY_BASE = {
    "bool": ("true", "false"),
    "json": ("{}", "[]"),
    "jsonb": ("{}", "[]"),
    "bytea": ("\\x00",),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "macaddr": ("00:00:5e:00:53:01",),
    "xid8": ("1",),
    "xid": ("1",),
    "oid": ("1",),
    "interval": ("1 day", "00:00:00"),
    "time": ("10:00:00",),
    "timetz": ("10:00:00+00",),
    "bit": ("0",),
    "varbit": ("0",),
    "xml": ("<a/>",),
    "point": ("(0,0)",),
    "tsvector": ("witness",),
    "tsquery": ("witness",),
    "money": ("1",),
}


def identifier(*parts: object) -> str:
    """A UUID that is the same in every run.

    Args:
        parts: What it stands for.
    """
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def usual(column: Column, table: str) -> list[str]:
    """Values that a type takes, the most usual first; empty for a type that is not known.

    Args:
        column: The column.
        table: Name of its table.
    """
    if column.labels:
        return list(column.labels)
    if column.base in _BY_BASE:
        return list(_BY_BASE[column.base])
    if column.base == "uuid":
        return [identifier(table, column.name, "usual")]
    if column.category == "N":
        whole = column.base in ("int2", "int4", "int8")
        return [number for number in _NUMBERS if not (whole and "." in number)]
    if column.category == "D":
        return [_DAY.isoformat(), (_DAY + timedelta(days=2000)).isoformat()]
    if column.category == "S":
        return [text[: column.length] if column.length else text for text in _TEXTS]
    if column.category == "A":
        return ["{}"]
    if column.category == "R":
        return ["empty"]
    return []


def different(column: Column, table: str, number: int) -> str | None:
    """A value that no other row has; None for a type without enough of them.

    Args:
        column: The column.
        table: Name of its table.
        number: Number of the row.
    """
    if column.base == "uuid":
        return identifier(table, column.name, number)
    if column.category == "N" and column.base not in ("oid", "money"):
        return str(number + 1)
    if column.category == "D":
        return (_DAY + timedelta(days=number)).isoformat()
    if column.category == "S" and not column.labels:
        return f"witness {number}" if not column.length or column.length >= 12 else _short(number)[: column.length]
    return None


def documents(column: Column, constants: Sequence[str], given: Sequence[str]) -> list[str]:
    """JSON documents in which constants stand as keys of each other, and of what sessions give; none for other types.

    Args:
        column: The column.
        constants: The constants that a condition mentions.
        given: What sessions give it.
    """
    if column.base not in ("json", "jsonb"):
        return []
    values = [*constants, *given, "witness"]
    pairs = [json.dumps({key: value}) for key in constants for value in values if value != key]
    return ["{}", *pairs[:_MOST_DOCUMENTS]]


def lists(column: Column, constants: Sequence[str], given: Sequence[str]) -> list[str]:
    """Arrays that hold constants, and what sessions give; none for other types.

    Args:
        column: The column.
        constants: The constants that a condition mentions: elements, or arrays as they are written.
        given: What sessions give it.
    """
    if column.category != "A":
        return []
    elements = list(dict.fromkeys([*constants, *given]))
    return ["{}", *constants, *(f"{{{json.dumps(one, ensure_ascii=False)}}}" for one in elements)]


def lengths(column: Column, constants: Iterable[str]) -> list[str]:
    """Texts as long as the numbers that a check mentions, of one kind of character each; none for other types.

    Args:
        column: The column.
        constants: The constants that the check mentions.
    """
    if column.category != "S" or column.labels:
        return []
    numbers = [int(one) for one in constants if one.isascii() and one.isdigit() and len(one) <= _LONGEST]
    return [character * number for number in numbers if number for character in ("A", "a", "1")]


def neighbours(column: Column, values: Iterable[str]) -> list[str]:
    """The values just below and above others, for a type that has an order.

    Args:
        column: The column.
        values: The values.
    """
    found = []
    for value in values:
        try:
            if column.category == "N":
                number = float(value)
                found += [_number(number - 1), _number(number + 1)]
            elif column.category == "D":
                day = date.fromisoformat(value[:10])
                found += [(day - timedelta(days=2)).isoformat(), (day + timedelta(days=2)).isoformat()]
        except (ValueError, OverflowError):
            continue
    return found


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _short(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + digits
        if not number:
            return digits
