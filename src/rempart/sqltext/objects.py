"""Identity of the objects that SQL text creates and refers to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an object is, as far as names can tell.

    `RELATION` is all that shares the names of tables: views, sequences, indexes and composite types too.
    `OBJECT` stands, in a reference only, for one whose kind the grammar leaves open.
    """

    SCHEMA = "schema"
    RELATION = "relation"
    TYPE = "type"
    FUNCTION = "function"
    OPERATOR = "operator"
    CONFIGURATION = "text search configuration"
    DICTIONARY = "text search dictionary"
    WRAPPER = "foreign-data wrapper"
    SERVER = "foreign server"
    TRIGGER = "trigger"
    POLICY = "policy"
    OBJECT = "object"


WITHOUT_SCHEMA = frozenset({Kind.SCHEMA, Kind.WRAPPER, Kind.SERVER})
"""What is in no schema."""
ALL = "*"
"""Name that stands, in a reference only, for every object of the kind in the schema."""


@dataclass(frozen=True, order=True)
class ObjectName:
    """A name, as it identifies an object.

    Attributes:
        kind: What it is.
        schema: Its schema; empty where the text leaves it to the search path, and for schemas.
        name: Its own name; of triggers and policies, the table's.
        detail: What else is needed to tell it from others: the argument types of a function that is defined,
            in parentheses; the name of a trigger or policy.
    """

    kind: Kind
    schema: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        qualified = f"{self.schema}.{self.name}" if self.schema else self.name
        if self.kind in (Kind.TRIGGER, Kind.POLICY):
            return f"{self.kind} {self.detail} on {qualified}"
        return f"{self.kind} {qualified}{self.detail}"


def name_of(kind: Kind, parts: tuple[str, ...], detail: str = "") -> ObjectName:
    """Make an object's name from the dotted parts of its written one.

    Args:
        kind: What it is.
        parts: `(name,)`, `(schema, name)` or `(database, schema, name)`.
        detail: See `ObjectName`.
    """
    schema = parts[-2] if len(parts) > 1 else ""
    return ObjectName(kind, schema, parts[-1], detail)
