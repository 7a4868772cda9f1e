"""The access map as a file that people read and pull requests diff, and as JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rempart.access.cells import Cell
from rempart.access.model import COLUMN_COMMANDS, COMMANDS, EXECUTE, SEQUENCE_COMMANDS, AccessMap
from rempart.access.personas import Persona

_HEAD = (
    "# What each persona really gets, observed on witness rows: `rempart access --write` wrote it, docs/access-map.md",
    "# says how to read it. relation | command | personas | rows",
)
_EVERYONE = "everyone"


def text_of(access_map: AccessMap) -> str:
    """The map as its file has it: one line for each relation, command and personas that get the same.

    Args:
        access_map: The map.
    """
    return "\n".join([*_HEAD, *lines_of(access_map)]) + "\n"


def lines_of(access_map: AccessMap) -> list[str]:
    """The lines of the file, without its head.

    Args:
        access_map: The map.
    """
    lines: list[str] = []
    for name, cells in access_map.relations.items():
        lines += _lines(access_map, name, cells, COMMANDS)
        columns = access_map.columns.get(name, {})
        for command in COLUMN_COMMANDS:
            texts = {persona: ", ".join(held[command]) for persona, held in columns.items() if command in held}
            lines += _grouped(access_map.personas, name, f"{command} columns", texts)
        lines += [f"{name} | not observed | - | {note}" for note in access_map.not_observed.get(name, ())]
    for name, cells in access_map.sequences.items():
        lines += _lines(access_map, name, cells, SEQUENCE_COMMANDS)
    for name, cells in access_map.functions.items():
        lines += _lines(access_map, name, cells, (EXECUTE,))
    return lines


def _lines(
    access_map: AccessMap, name: str, cells: Mapping[str, Mapping[str, Cell]], commands: Sequence[str]
) -> Iterator[str]:
    for command in commands:
        texts = {persona: one[command].text for persona, one in cells.items() if command in one}
        yield from _grouped(access_map.personas, name, command, texts)


def _grouped(personas: Sequence[Persona], name: str, command: str, texts: Mapping[str, str]) -> Iterator[str]:
    by_text: dict[str, list[Persona]] = {}
    for persona in personas:
        if persona.name in texts:
            by_text.setdefault(texts[persona.name], []).append(persona)
    for text, alike in by_text.items():
        yield f"{name} | {command} | {_named(personas, alike)} | {text}"


def _named(personas: Sequence[Persona], alike: Sequence[Persona]) -> str:
    if len(alike) == len(personas):
        return _EVERYONE
    members: dict[str, int] = {}
    for persona in personas:
        if persona.group:
            members[persona.group] = members.get(persona.group, 0) + 1
    present = [persona.group for persona in alike if persona.group]
    whole = {group for group in present if present.count(group) == members[group]}
    return " ".join(dict.fromkeys(p.group if p.group in whole else p.name for p in alike))


def difference(before: str, after: str, name: str) -> str:
    """The lines in which two maps differ, as a unified diff without context; empty when they are the same.

    Args:
        before: The text of the file.
        after: The text that it should have.
        name: What to call the file.
    """
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} (written)", f"{name} (observed)", lineterm="", n=0
    )
    return "\n".join(lines)


def json_of(access_map: AccessMap) -> dict[str, Any]:
    """The map in the public shape.

    Args:
        access_map: The map.
    """
    return {
        "version": 1,
        "personas": [
            {"name": p.name, "role": p.role, "group": p.group, "claims": dict(p.claims)} for p in access_map.personas
        ],
        "relations": _cells(access_map.relations),
        "columns": {
            name: {who: {command: list(columns) for command, columns in held.items()} for who, held in cells.items()}
            for name, cells in access_map.columns.items()
        },
        "sequences": _cells(access_map.sequences),
        "functions": _cells(access_map.functions),
        "not_observed": {name: list(notes) for name, notes in access_map.not_observed.items()},
    }


def _cells(subjects: Mapping[str, Mapping[str, Mapping[str, Cell]]]) -> dict[str, Any]:
    return {
        name: {who: {command: _cell(cell) for command, cell in one.items()} for who, one in cells.items()}
        for name, cells in subjects.items()
    }


def _cell(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = {"access": cell.access.value, "text": cell.text}
    if cell.rows:
        found["rows"] = list(cell.rows)
    if cell.refused:
        found["refused_by_trigger"] = dict(cell.refused)
    if cell.trouble:
        found["not_observed"] = cell.trouble
    return found
