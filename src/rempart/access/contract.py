"""The contract: promises about the access map, and where it breaks them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from os.path import relpath
from pathlib import Path
from typing import Any

from rempart.access.cells import Access, Cell
from rempart.access.model import COMMANDS, EXECUTE, SEQUENCE_COMMANDS, AccessMap
from rempart.config import Config
from rempart.errors import UsageError
from rempart.report.finding import Finding, Severity, in_order

RULE = "access-contract"
_ALL = "*"
_DENIED, _NONE = "denied", "none"
ALL_COMMANDS = tuple(dict.fromkeys((*COMMANDS, *SEQUENCE_COMMANDS, EXECUTE)))
"""Every command that a promise can be about."""
_TABLES = {"promise", "wider"}
"""`wider` is read by `rempart.access.acknowledged`."""
_KEYS = {"says", "personas", "relations", "except", "commands", "rows"}


@dataclass(frozen=True)
class Promise:
    """A promise.

    Attributes:
        says: The promise in words.
        personas: Names of personas and groups; `*` for all.
        relations: Names or patterns of relations, sequences and functions.
        excepted: Names or patterns of those it is not about.
        commands: The commands it is about.
        rows: `denied` (refused by privilege), `none` (refused, or no row), or the classes that every row reached is of.
        line: Its line in the file.
    """

    says: str
    personas: tuple[str, ...]
    relations: tuple[str, ...]
    excepted: tuple[str, ...]
    commands: tuple[str, ...]
    rows: str | tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Contract:
    """The promises of a project, and their file, as findings name it."""

    path: str
    promises: tuple[Promise, ...]


def load(config: Config) -> Contract:
    """Read the project's contract.

    Args:
        config: The project.

    Raises:
        UsageError: The file is missing or says something else than promises.
    """
    entries = entries_of(config, "promise")
    if not entries:
        raise UsageError(f"{config.contract} does not list promises.", next_step="write each as [[promise]]")
    return Contract(
        relpath(config.contract, config.root), tuple(_promise(entry, line, config.contract) for entry, line in entries)
    )


def entries_of(config: Config, kind: str) -> list[tuple[Mapping[str, Any], int]]:
    """The tables of one kind in the project's contract, each with its line.

    Args:
        config: The project.
        kind: `promise` or `wider`.

    Raises:
        UsageError: The file is missing, cannot be read, has other tables, or has these in another form.
    """
    path = config.contract
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except FileNotFoundError:
        raise UsageError(f"there is no {path}.", next_step="write it, with a [[promise]] for each") from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} does not list promises: {error}", next_step="write each as [[promise]]") from None
    if unknown := sorted(set(tables) - _TABLES):
        raise UsageError(f"{path} has an unknown table: {', '.join(unknown)}.", "write [[promise]] and [[wider]] only")
    head = re.compile(rf"\s*\[\[{kind}\]\]")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if head.match(line)]
    entries = tables.get(kind, [])
    if not isinstance(entries, list) or len(lines) != len(entries):
        raise UsageError(f"{path} has a {kind} in another form.", f"write each as [[{kind}]]")
    return list(zip(entries, lines, strict=True))


def check(access_map: AccessMap, contract: Contract) -> list[Finding]:
    """Where the map breaks a promise, or does not show that it is kept.

    Args:
        access_map: What was observed.
        contract: What was promised.

    Returns:
        A finding for each promise, relation and command that fails, in order.

    Raises:
        UsageError: A promise names a persona, relation or class that does not exist, or is about nothing.
    """
    findings = []
    for promise in contract.promises:
        where = f"{contract.path}:{promise.line}"
        personas = _personas(access_map, promise, where)
        subjects = _subjects(access_map, promise, where)
        _check_classes(access_map, promise, where)
        about = False
        for name in subjects:
            for command in promise.commands:
                cells = {persona: access_map.subjects[name].get(persona, {}).get(command) for persona in personas}
                broken: dict[str, list[str]] = {}
                for persona, cell in cells.items():
                    about = about or cell is not None
                    complaint = _complaint(access_map, promise, name, cell) if cell is not None else None
                    if complaint:
                        broken.setdefault(complaint, []).append(persona)
                findings += [_finding(contract, promise, name, command, who, what) for what, who in broken.items()]
        if not about:
            raise UsageError(
                f"{where} is about nothing: none of its commands is one of its relations.", "correct one of the two"
            )
    return in_order(findings)


def _promise(entry: Mapping[str, Any], line: int, path: Path) -> Promise:
    where = f"{path}:{line}"
    if unknown := sorted(set(entry) - _KEYS):
        raise UsageError(
            f"{where} has an unknown key: {', '.join(unknown)}.", f"known keys: {', '.join(sorted(_KEYS))}"
        )
    for key in ("personas", "relations", "commands"):
        if entry.get(key) == []:
            raise UsageError(f"{where}: {key} is empty, and the promise is about nothing.", "name what it is about")
    rows = entry.get("rows")
    if not isinstance(entry.get("says"), str) or "personas" not in entry:
        raise UsageError(f"{where} lacks says or personas.", "say the promise in words, and whom it is about")
    if rows not in (_DENIED, _NONE) and not (isinstance(rows, list) and rows and all(isinstance(r, str) for r in rows)):
        raise UsageError(f'{where}: rows is neither "{_DENIED}" nor "{_NONE}" nor a list of classes.', "correct it")
    commands = texts_of(entry, "commands", ALL_COMMANDS, where)
    if unknown := sorted(set(commands) - set(ALL_COMMANDS)):
        raise UsageError(f"{where} names no command: {', '.join(unknown)}.", f"commands: {', '.join(ALL_COMMANDS)}")
    return Promise(
        entry["says"],
        texts_of(entry, "personas", (), where),
        texts_of(entry, "relations", (_ALL,), where),
        texts_of(entry, "except", (), where),
        commands,
        rows if isinstance(rows, str) else tuple(rows),
        line,
    )


def texts_of(entry: Mapping[str, Any], key: str, default: Sequence[str], where: str) -> tuple[str, ...]:
    """The texts that an entry of the file has under a key.

    Args:
        entry: The entry.
        key: The key.
        default: What it has when it has no such key.
        where: File and line, for messages.

    Raises:
        UsageError: It has something else there.
    """
    value = entry.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{where}: {key} is not a list of texts.", "correct the value")
    return tuple(value)


def _personas(access_map: AccessMap, promise: Promise, where: str) -> list[str]:
    found: dict[str, None] = {}
    for name in promise.personas:
        named = [p.name for p in access_map.personas if name in (_ALL, p.name, p.group)]
        if not named:
            raise UsageError(f"{where} is about {name}, which is no persona or group.", "correct the name")
        found |= dict.fromkeys(named)
    return list(found)


def _subjects(access_map: AccessMap, promise: Promise, where: str) -> list[str]:
    def matching(patterns: Sequence[str]) -> dict[str, None]:
        found: dict[str, None] = {}
        for pattern in patterns:
            names = [name for name in access_map.subjects if name == pattern or fnmatchcase(name, pattern)]
            if not names:
                raise UsageError(f"{where} is about {pattern}, which does not exist.", "correct the name")
            found |= dict.fromkeys(names)
        return found

    excepted = matching(promise.excepted)
    found = [name for name in matching(promise.relations) if name not in excepted]
    if not found:
        raise UsageError(f"{where}: except leaves nothing that the promise is about.", "correct its names")
    for name in promise.relations:
        there = _commands_of(access_map, name)
        if there and not set(there) & set(promise.commands):
            raise UsageError(
                f"{where} is about {', '.join(promise.commands)} on {name}, which knows no such command.",
                f"its commands: {', '.join(there)}",
            )
    return found


def _commands_of(access_map: AccessMap, name: str) -> tuple[str, ...]:
    """The commands that a relation, sequence or function can have; none for a pattern of names."""
    if name in access_map.relations:
        return COMMANDS
    if name in access_map.sequences:
        return SEQUENCE_COMMANDS
    return (EXECUTE,) if name in access_map.functions else ()


def _check_classes(access_map: AccessMap, promise: Promise, where: str) -> None:
    known = {name for row_class in access_map.classes for name in row_class.names}
    if not isinstance(promise.rows, str) and (unknown := sorted(set(promise.rows) - known)):
        raise UsageError(
            f"{where} names a class of rows that does not exist: {', '.join(unknown)}.",
            f"classes: {', '.join(sorted(known))}",
        )


def _complaint(access_map: AccessMap, promise: Promise, name: str, cell: Cell) -> str | None:
    """What is wrong with a cell; None when it keeps the promise."""
    if cell.access is Access.DENIED:
        return None
    if promise.rows == _DENIED:
        return cell.text if not cell.trouble else f"it was not observed that they are denied: {cell.text}"
    if cell.trouble:
        return cell.trouble
    if cell.access is Access.NONE:
        return None
    if promise.rows == _NONE:
        return cell.text
    named = [row_class for row_class in access_map.classes if name in row_class.rows]
    if not any(set(promise.rows) & set(row_class.names) for row_class in named):
        return f"its rows are in none of the classes: {cell.text}"
    outside = [label for label in cell.reached if not set(label) & set(promise.rows)]
    return cell.text if outside else None


def _finding(
    contract: Contract, promise: Promise, name: str, command: str, personas: Sequence[str], what: str
) -> Finding:
    message = f"“{promise.says}” does not hold: {command} on {name} by {', '.join(personas)}: {what}"
    return Finding(RULE, Severity.ERROR, message, contract.path, promise.line, 1, object=name)
