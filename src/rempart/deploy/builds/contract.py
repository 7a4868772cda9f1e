"""The contract of a build of the application: the relations, columns and functions that it uses, as a file says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.errors import UsageError

_KEYS = {"build", "in_service", "released", "role", "relations", "functions"}
_RELATION_KEYS = {"reads", "writes", "types"}
_WRITE_KEYS = {"insert", "update", "delete"}
_FUNCTION_KEYS = {"arguments", "returns"}
_SIGNATURE = re.compile(r"[^.()]+\.[^.()]+\(.*\)")


@dataclass(frozen=True)
class RelationUse:
    """What a build does with a table or view.

    Attributes:
        relation: Its name, `schema.name`.
        reads: Columns that it reads.
        insert: Columns that it gives a value when it inserts; None when it inserts nothing.
        update: Columns that it changes.
        delete: Whether it deletes rows.
        types: Types that it relies on, by column, as Postgres writes them.
    """

    relation: str
    reads: tuple[str, ...] = ()
    insert: tuple[str, ...] | None = None
    update: tuple[str, ...] = ()
    delete: bool = False
    types: Mapping[str, str] | None = None


@dataclass(frozen=True)
class FunctionUse:
    """A function that a build calls.

    Attributes:
        signature: `schema.name(types)`.
        arguments: Names of the arguments that it passes, in any order; None when it passes them by position.
        returns: The result type that it relies on; None for any.
    """

    signature: str
    arguments: tuple[str, ...] | None = None
    returns: str | None = None


@dataclass(frozen=True)
class Build:
    """A build of the application.

    Attributes:
        name: Its name.
        in_service: Whether somebody may use it today, or it may be rolled back to.
        released: The day of its release.
        role: The Postgres role that its requests run as.
        relations: What it does with tables and views.
        functions: What it calls.
        file: Where that is written.
    """

    name: str
    in_service: bool
    released: date
    role: str
    relations: tuple[RelationUse, ...]
    functions: tuple[FunctionUse, ...]
    file: Path


def load(config: Config) -> list[Build]:
    """Read the contracts of all builds, the earliest release first.

    Args:
        config: The project.

    Raises:
        UsageError: A file cannot be read or says something else, or two are of one build.
    """
    builds = [_read(file) for file in sorted(config.deployment.contracts.glob("*.toml"))]
    names = [build.name for build in builds]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"{config.deployment.contracts} has two contracts of {', '.join(twice)}.", "keep one file for each build"
        )
    return sorted(builds, key=lambda build: (build.released, build.name))


def named(config: Config, name: str) -> Build:
    """The contract of one build.

    Args:
        config: The project.
        name: The build.

    Raises:
        UsageError: There is none, or see `load`.
    """
    known = {build.name: build for build in load(config)}
    if name not in known:
        raise UsageError(
            f"{config.deployment.contracts} has no contract of {name}; known: {', '.join(known) or 'none'}.",
            "record what the build uses before it is released",
        )
    return known[name]


def _read(file: Path) -> Build:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", "correct the file") from None
    _refuse_unknown(table, _KEYS, str(file))
    released = table.get("released")
    if not isinstance(released, date) or isinstance(released, datetime):  # which is a date too, and has no place here
        raise UsageError(f"{file}: released is no day.", "write it as released = 2026-11-22")
    relations = _table(table, "relations", str(file))
    functions = _table(table, "functions", str(file))
    if not relations and not functions:
        raise UsageError(f"{file} names nothing that the build uses.", 'add [relations."schema.name"]')
    return Build(
        name=_text(table, "build", str(file)),
        in_service=_flag(table, "in_service", str(file)),
        released=released,
        role=_text(table, "role", str(file)),
        relations=tuple(_relation(name, _table(relations, name, str(file)), file) for name in relations),
        functions=tuple(_function(name, _table(functions, name, str(file)), file) for name in functions),
        file=file,
    )


def _relation(name: str, table: Mapping[str, Any], file: Path) -> RelationUse:
    where = f'{file}: [relations."{name}"]'
    if not all(name.partition(".")):
        raise UsageError(f"{where} is no relation.", "write it as schema.name")
    _refuse_unknown(table, _RELATION_KEYS, where)
    writes = _table(table, "writes", where)
    _refuse_unknown(writes, _WRITE_KEYS, f"{where} writes")
    types = _table(table, "types", where)
    if not all(isinstance(value, str) for value in types.values()):
        raise UsageError(f"{where}: types is not a table of texts.", 'write each as column = "type"')
    use = RelationUse(
        name,
        reads=_texts(table, "reads", where) or (),
        insert=_texts(writes, "insert", where),
        update=_texts(writes, "update", where) or (),
        delete=_flag(writes, "delete", where) if "delete" in writes else False,
        types=dict(types),
    )
    if not (use.reads or use.insert is not None or use.update or use.delete):
        raise UsageError(f"{where} says nothing of what the build does with it.", "add reads or writes")
    if strange := sorted(set(types) - {*use.reads, *(use.insert or ()), *use.update}):
        raise UsageError(f"{where} has types of columns it does not use: {', '.join(strange)}.", "correct the names")
    return use


def _function(name: str, table: Mapping[str, Any], file: Path) -> FunctionUse:
    where = f'{file}: [functions."{name}"]'
    if not _SIGNATURE.fullmatch(name):
        raise UsageError(f"{where} is no function.", "write it as schema.name(types)")
    _refuse_unknown(table, _FUNCTION_KEYS, where)
    returns = _text(table, "returns", where) if "returns" in table else None
    return FunctionUse(name, _texts(table, "arguments", where), returns)


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise UsageError(
            f"{where} has an unknown key: {', '.join(unknown)}.", f"known keys: {', '.join(sorted(known))}"
        )


def _table(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"{where}: {key} is no table.", "correct the value")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: {key} is not a text that says something.", f'add {key} = "…"')
    return value


def _flag(table: Mapping[str, Any], key: str, where: str) -> bool:
    value = table.get(key)
    if not isinstance(value, bool):
        raise UsageError(f"{where}: {key} is neither true nor false.", f"add {key} = true or false")
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...] | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise UsageError(f"{where}: {key} is not a list of texts.", "correct the value")
    return tuple(value)
