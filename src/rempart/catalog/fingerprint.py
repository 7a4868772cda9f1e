"""A short name for the state of a database: equal catalogs have equal fingerprints."""

from __future__ import annotations

import hashlib
from dataclasses import fields

from rempart.catalog.compare import order_of
from rempart.catalog.model import Catalog


def fingerprint(catalog: Catalog) -> str:
    """The SHA-256 of everything that a comparison looks at, as hexadecimal digits.

    Only catalogs of one major version are comparable: another prints the same definition differently.

    Args:
        catalog: The catalog.
    """
    digest = hashlib.sha256()
    for identity in sorted(catalog.objects, key=order_of):
        made = catalog.objects[identity]
        values = tuple(getattr(made, field.name) for field in fields(made) if field.compare)
        digest.update(repr((tuple(identity), values)).encode())
        digest.update(b"\n")
    return digest.hexdigest()
