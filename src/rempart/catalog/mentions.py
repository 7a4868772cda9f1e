"""String constants in what Postgres has written of an object."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields

from rempart.catalog.model import CatalogObject

_CONSTANT = re.compile(r"(E?)'((?:[^']|'')*)'")
_COMPOUND = ("{", "(", "[")
"""How constants of arrays, rows and ranges begin."""


def mentions(made: CatalogObject, values: Collection[str]) -> bool:
    """Whether one of some values stands in an object's definition as a constant, or within a compound one.

    Args:
        made: The object.
        values: The values.
    """
    return any(
        constant in values or (constant.startswith(_COMPOUND) and any(value in constant for value in values))
        for text in _texts([getattr(made, field.name) for field in fields(made)])
        for constant in _constants(text)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _texts(one)


def _constants(text: str) -> Iterator[str]:
    for found in _CONSTANT.finditer(text):
        constant = found[2].replace("''", "'")
        yield constant.replace("\\\\", "\\") if found[1] else constant
