"""Which changes of a column's type may lose what is stored."""

from __future__ import annotations

import re

_WHOLE = ("smallint", "integer", "bigint")
_FLOATS = ("real", "double precision")
_STRINGS = ("text", "character varying", "character", "name")
_FAMILIES = (
    {"smallint", "integer", "bigint", "numeric", "real", "double precision"},
    {"integer", "bigint", "oid"},
    {"integer", "boolean"},
    {"date", "timestamp without time zone", "timestamp with time zone"},
    {"timestamp without time zone", "time without time zone"},
    {"json", "jsonb"},
    {"inet", "cidr"},
    {"bit", "bit varying"},
)
_TEXT = ("text", "character varying")


def may_lose(before: str, after: str) -> bool:
    """Whether converting a column may change or refuse values that were stored.

    A conversion that is not known to keep every value is taken for one that may lose some.

    Args:
        before: Type as Postgres writes it.
        after: The same of the type to come.
    """
    old, old_size = _split(before)
    new, new_size = _split(after)
    if new in _TEXT and not new_size:
        return False  # every value has a text
    if old in _WHOLE and new in _WHOLE:
        return _WHOLE.index(new) < _WHOLE.index(old)
    if old in _WHOLE and new == "numeric":
        return bool(new_size)
    if old == new and old == "numeric":
        return not _fits(old_size, new_size)
    if old == new and len(old_size) <= 1 and len(new_size) <= 1:
        return bool(new_size) and (not old_size or old_size[0] > new_size[0])
    return (old, new) not in {("real", "double precision"), ("json", "jsonb"), ("date", "timestamp without time zone")}


def has_cast(before: str, after: str) -> bool:
    """Whether Postgres itself converts between two types; between others the way leads over text, which all have.

    Args:
        before: Type as Postgres writes it.
        after: The same of the type to come.
    """
    if before.endswith("[]") != after.endswith("[]"):
        return False
    old, new = (_split(name.removesuffix("[]"))[0] for name in (before, after))
    if old in _FLOATS and new == "numeric":
        return False  # its cast keeps 15 digits; their text has all of them
    return old == new or any({old, new} <= family for family in _FAMILIES) or (old in _STRINGS or new in _STRINGS)


def _split(name: str) -> tuple[str, list[int]]:
    found = re.search(r"\(([\d,-]+)\)", name)
    sizes = [int(size) for size in found.group(1).split(",")] if found else []
    return re.sub(r"\([\d,-]+\)", "", name), sizes


def _fits(old: list[int], new: list[int]) -> bool:
    if not new:
        return True
    if not old:
        return False
    (old_digits, old_scale), (new_digits, new_scale) = ([*size, 0][:2] for size in (old, new))
    return new_scale >= old_scale and new_digits - new_scale >= old_digits - old_scale
