"""The access map: what each persona gets of everything that is exposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rempart.access.cells import Cell
from rempart.access.personas import Persona, RowClass

COMMANDS = ("select", "insert", "update", "update into", "delete", "truncate")
SEQUENCE_COMMANDS = ("usage", "select", "update")
EXECUTE = "execute"
COLUMN_COMMANDS = ("select", "insert", "update")

Cells = Mapping[str, Mapping[str, Cell]]
"""By name of the persona, then by command."""


@dataclass(frozen=True)
class AccessMap:
    """What was observed.

    Attributes:
        personas: Who was observed, in order.
        classes: The classes of rows that the project names.
        relations: For each table, view and foreign table, by qualified name, the cells of the commands of COMMANDS.
        columns: The same, for the columns that may be used where a command is not open on all: by persona, by command.
        sequences: For each sequence, the cells of SEQUENCE_COMMANDS.
        functions: For each function, by signature, the cell of `execute`.
        not_observed: For each relation, what its cells do not show.
    """

    personas: tuple[Persona, ...]
    classes: tuple[RowClass, ...]
    relations: Mapping[str, Cells]
    columns: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]
    sequences: Mapping[str, Cells]
    functions: Mapping[str, Cells]
    not_observed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def subjects(self) -> dict[str, Cells]:
        """Relations, sequences and functions in one, by name."""
        return {**self.relations, **self.sequences, **self.functions}
