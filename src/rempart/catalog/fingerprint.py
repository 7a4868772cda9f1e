"""A short name for the state of a database: equal catalogs have equal fingerprints, after a restore from a dump too."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any

from rempart.catalog.compare import order_of
from rempart.catalog.faithful import without_hidden_names
from rempart.catalog.model import MAY_BE_HIDDEN, Catalog, CatalogObject
from rempart.catalog.printed import PRINTED
from rempart.catalog.rereading import read_again

_WITH_HIDDEN_NAMES = ("query", "using", "with_check")


def fingerprint(catalog: Catalog) -> str:
    """The SHA-256 of everything that a comparison looks at, as hexadecimal digits; nothing of a secret is in it.

    Only catalogs of one major version are comparable: another prints the same definition differently.

    Args:
        catalog: The catalog.
    """
    digest = hashlib.sha256()
    for identity in sorted(catalog.objects, key=order_of):
        made = catalog.objects[identity]
        seen = (field for field in fields(made) if field.compare and not field.metadata.get(MAY_BE_HIDDEN))
        values = tuple(_value(made, field.name) for field in seen)
        digest.update(repr((tuple(identity), values)).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _value(made: CatalogObject, name: str) -> Any:
    value = getattr(made, name)
    if name in _WITH_HIDDEN_NAMES and value is not None:
        return without_hidden_names(read_again(value))
    return _read_again(value) if name in PRINTED else value


def _read_again(value: Any) -> Any:
    match value:
        case str():
            return read_again(value)
        case tuple():
            return tuple(map(_read_again, value))
    return value
