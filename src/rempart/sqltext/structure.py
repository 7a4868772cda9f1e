"""What a body in PL/pgSQL holds: which SQL stands where, and whether it always runs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rempart.records import field, record


class Form(StrEnum):
    """What a fragment is."""

    STATEMENT = "statement"
    """SQL that runs as it stands, clauses of PL/pgSQL taken out."""
    EXPRESSION = "expression"
    """What could stand behind SELECT."""
    EXECUTE = "execute"
    """An expression whose value is run as SQL."""


@record(frozen=True)
class Fragment:
    """A piece of SQL in a body.

    Attributes:
        form: What it is.
        start: Index of its first character.
        end: Index after its last.
        conditional: Whether it may not run.
        blanks: Parts to leave out of it: `into` with its targets.
        loops: Variables of the loops it stands in that run over constants, each with the indexes of these.
    """

    form: Form
    start: int
    end: int
    conditional: bool
    blanks: tuple[tuple[int, int], ...] = ()
    loops: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@record()
class Structure:
    """A body, read.

    Attributes:
        fragments: In order.
        spans: Start and end of every statement that holds no other, and of the head of those that do.
        lost: Where the structure could not be followed, with what was met there.
        declared: Names of the variables that are declared, as often as they are.
        assigned: Start and end of each expression that a variable gets its value from, by its name.
        unknown: Variables that also get values in other ways.
    """

    fragments: list[Fragment] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    assigned: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
