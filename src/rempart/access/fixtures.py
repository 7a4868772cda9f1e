"""The rows that make the personas, and those that their foreign keys ask for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rempart.access.combinations import Values
from rempart.access.personas import Persona
from rempart.access.structure import Relation, Structure
from rempart.errors import UsageError

CORRECT = "correct the file of the personas"


def rows_of_personas(personas: Sequence[Persona], structure: Structure) -> dict[int, list[Values]]:
    """The rows of the personas, as far as their file gives them, by table.

    Args:
        personas: The personas.
        structure: The structure of the database.

    Raises:
        UsageError: A row names a table or column that does not exist.
    """
    found: dict[int, list[Values]] = defaultdict(list)
    by_name = structure.by_name
    for persona in personas:
        for name, values in persona.rows.items():
            relation = by_name.get(name)
            if relation is None or not relation.is_table:
                raise UsageError(f"persona {persona.name} has a row of {name}, which is no table.", CORRECT)
            if unknown := sorted(set(values) - set(relation.columns)):
                raise UsageError(
                    f"persona {persona.name}: {name} has no column {', '.join(unknown)}.", next_step=CORRECT
                )
            row = {column: _text(value) for column, value in values.items()}
            if row not in found[relation.oid]:
                found[relation.oid].append(row)
    waiting = list(found)
    while waiting:
        oid = waiting.pop()
        for key in structure.foreign_keys.get(oid, ()):
            for row in list(found[oid]):
                wanted = dict(zip(key.target_columns, (row.get(name) for name in key.columns), strict=True))
                present = any(wanted.items() <= there.items() for there in found[key.target])
                if None not in wanted.values() and not present:
                    found[key.target].append(wanted)
                    waiting.append(key.target)
    return dict(found)


def identities(personas: Sequence[Persona], relation: Relation) -> dict[str, set[str]]:
    """The values that other rows of a table must not have, by column.

    Where personas have rows of their own, more rows with their identity would make them somebody else. It stands in the
    columns that their rows say something of: another column may well name them, by a policy's slip too.

    Args:
        personas: The personas.
        relation: The table.
    """
    telling = {name for persona in personas for name in persona.rows.get(relation.qualified, ())}
    claims = {str(value) for persona in personas for value in _flat(persona.claims)}
    return dict.fromkeys(telling, claims - {persona.role for persona in personas})


def _flat(claims: Any) -> Iterator[Any]:
    if isinstance(claims, Mapping):
        for value in claims.values():
            yield from _flat(value)
    elif isinstance(claims, list):
        for value in claims:
            yield from _flat(value)
    else:
        yield claims


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
