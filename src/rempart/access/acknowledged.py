"""Wider access that was seen and accepted: the tables `[[wider]]` of the contract, and the gate that asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from os.path import relpath
from typing import Any

from rempart.access.contract import ALL_COMMANDS, entries_of, texts_of
from rempart.access.personas import Persona, load_personas
from rempart.access.widening import AccessChange, told
from rempart.config import Config
from rempart.errors import UsageError
from rempart.revisions.checking import Check

_GATE = "access"
_ALL = "*"
_KEYS = {"reason", "revision", "personas", "relations", "commands"}
_SHORTEST_REASON = 10


@dataclass(frozen=True)
class Acknowledgement:
    """That some wider access is wanted.

    Attributes:
        reason: Why.
        revision: The last revision of the plan that it is for; it holds for no other.
        personas: Names of the personas.
        relations: Names or patterns of relations, sequences and functions.
        commands: Commands.
        line: Its line in the file.
    """

    reason: str
    revision: str
    personas: frozenset[str]
    relations: tuple[str, ...]
    commands: tuple[str, ...]
    line: int

    def covers(self, change: AccessChange) -> bool:
        """Whether a change is meant.

        Args:
            change: The change.
        """
        return (
            change.persona in self.personas
            and change.command in self.commands
            and any(change.subject == one or fnmatchcase(change.subject, one) for one in self.relations)
        )


def load(config: Config) -> tuple[Acknowledgement, ...]:
    """Read what the project's contract acknowledges.

    Args:
        config: The project.

    Raises:
        UsageError: The file is missing, or names a persona or command that does not exist, or an entry lacks something.
    """
    entries = entries_of(config, "wider")
    if not entries:
        return ()
    personas = list(load_personas(config).values())
    shown = relpath(config.contract, config.root)
    return tuple(_acknowledgement(entry, line, f"{shown}:{line}", personas) for entry, line in entries)


def gate(
    changes: Sequence[AccessChange], acknowledgements: Sequence[Acknowledgement], last_revision: str | None
) -> Check:
    """Whether all that is wider, or could not be told, is acknowledged.

    Args:
        changes: How access changes.
        acknowledgements: Those of the project.
        last_revision: The last revision of the plan.

    Returns:
        The check; what nobody acknowledged stands first in its details.
    """
    holding = [one for one in acknowledgements if one.revision == last_revision]
    wider = [one for one in changes if one.wider is not False]
    missing: list[AccessChange] = []
    known: dict[str, list[AccessChange]] = {}
    for change in wider:
        by = next((one for one in holding if one.covers(change)), None)
        (missing if by is None else known.setdefault(by.reason, [])).append(change)
    said = f"{len(changes)} changes, {len(wider)} wider" if changes else "unchanged"
    if untold := sum(one.wider is None for one in wider):
        said += f" or not to be told ({untold})"
    if wider:
        said += f": {len(wider) - len(missing)} acknowledged, {len(missing)} not"
    details = told(missing)
    if others := _passed_by(missing, acknowledgements):
        details.append(f"acknowledged for another revision than {last_revision}: {', '.join(others)}")
    details += [f"{line} (acknowledged: {reason})" for reason, some in known.items() for line in told(some)]
    return Check(_GATE, not missing, said, tuple(details))


def _passed_by(missing: Sequence[AccessChange], acknowledgements: Sequence[Acknowledgement]) -> list[str]:
    """The revisions of acknowledgements that would cover something, and hold no more or not yet."""
    return sorted({one.revision for one in acknowledgements if any(one.covers(change) for change in missing)})


def _acknowledgement(entry: Mapping[str, Any], line: int, where: str, personas: Sequence[Persona]) -> Acknowledgement:
    if unknown := sorted(set(entry) - _KEYS):
        raise UsageError(
            f"{where} has an unknown key: {', '.join(unknown)}.", f"known keys: {', '.join(sorted(_KEYS))}"
        )
    reason, revision = entry.get("reason"), entry.get("revision")
    if not isinstance(reason, str) or len(reason.strip()) < _SHORTEST_REASON:
        raise UsageError(f"{where} gives no reason.", f"say why, in at least {_SHORTEST_REASON} characters")
    if not isinstance(revision, str) or not revision:
        raise UsageError(f"{where} names no revision.", 'add revision = "…", the last one of the plan that it is for')
    if "personas" not in entry:
        raise UsageError(f"{where} names no personas.", 'say whom it is about: personas = ["…"]')
    names: set[str] = set()
    for name in texts_of(entry, "personas", (), where):
        named = {one.name for one in personas if name in (_ALL, one.name, one.group)}
        if not named:
            raise UsageError(f"{where} is about {name}, which is no persona or group.", "correct the name")
        names |= named
    commands = texts_of(entry, "commands", ALL_COMMANDS, where)
    if commands == (_ALL,):
        commands = ALL_COMMANDS
    if wrong := sorted(set(commands) - set(ALL_COMMANDS)):
        raise UsageError(f"{where} names no command: {', '.join(wrong)}.", f"commands: {', '.join(ALL_COMMANDS)}")
    return Acknowledgement(
        reason.strip(), revision, frozenset(names), texts_of(entry, "relations", (_ALL,), where), commands, line
    )
