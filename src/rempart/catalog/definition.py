"""An object as people read it: the SQL that makes it, with its owner, privileges and comment."""

from __future__ import annotations

from dataclasses import fields

from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import CatalogObject, Unsupported

_NAMED_ALREADY = ("schema", "name", "part")


def definition(made: CatalogObject) -> str:
    """Describe an object.

    Args:
        made: The object.

    Returns:
        Lines of SQL; of an object that no SQL is written for, its fields.
    """
    try:
        lines = [f"{line};" for line in _statements(made)]
    except Unsupported:
        return "\n".join(
            f"{field.name}: {getattr(made, field.name)}" for field in fields(made) if field.name not in _NAMED_ALREADY
        )
    if made.owner:
        lines.append(f"-- owner: {made.owner}")
    lines += [f"-- privileges: {entry}" for entry in made.acl]
    if made.comment is not None:
        lines.append(f"-- comment: {made.comment}")
    lines += [f"-- label: {label}" for label in made.labels]
    return "\n".join(lines)


def _statements(made: CatalogObject) -> list[str]:
    if isinstance(made, Table):
        # Its columns are objects of their own.
        return [*made.create_with([]), *made.attach(), *made.switches()]
    if isinstance(made, Column):
        return [made.definition()]
    return made.create()
