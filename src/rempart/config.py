"""The project's settings: ``[tool.rempart]`` of the nearest ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rempart.errors import UsageError

_TABLE = "[tool.rempart]"
_MAXIMUM_NAME_BYTES = 63
_DECLARED = (
    "schema/schemas",
    "schema/tables",
    "schema/functions",
    "schema/views",
    "schema/triggers",
    "policies",
)
_KEYS = {
    "database",
    "owner",
    "alembic_ini",
    "platform",
    "declared",
    "sample",
    "personas",
    "access_map",
    "contract",
    "exposed_schemas",
    "gateway_role",
    "anonymous_role",
    "claims_setting",
    "environments",
    "integrity",
    "lint",
}
"""`lint` is read by `rempart.lint.configuration`."""


@dataclass(frozen=True)
class Integrity:
    """Names of the objects of the integrity alerts, each written ``schema.name``.

    Attributes:
        view: The view that lists every check that fires now.
        alerts: The table that keeps the alerts and their workflow.
        sync: The function that brings the table in line with the view.
    """

    view: str
    alerts: str
    sync: str


@dataclass(frozen=True)
class Environment:
    """A database that exists somewhere else.

    Attributes:
        name: Its name.
        url_env: The environment variable that holds its URL.
    """

    name: str
    url_env: str


@dataclass(frozen=True)
class Config:
    """What the tool has to know about the project it works on. Paths are absolute.

    Attributes:
        root: The folder of ``pyproject.toml``.
        database: Name of the project's database on local and test servers.
        owner: The role, not a superuser, that owns the database and runs the revisions.
        alembic_ini: Alembic's configuration file.
        platform: Folder of the SQL files of the local stand-in of the hosted platform.
        declared: Files and folders of the declared state.
        sample: Folder of the sample data.
        personas: The file that lists the personas.
        access_map: The file of the access map.
        contract: The file of the promises that the access map is checked against.
        exposed_schemas: Schemas that the gateway offers to its clients.
        gateway_role: The login role of the gateway.
        anonymous_role: The role of a session without a login.
        claims_setting: The setting in which the gateway passes the claims of a session.
        integrity_names: Names of the integrity objects; None when the project has none.
        environments: The databases elsewhere, by name.
    """

    root: Path
    database: str
    owner: str
    alembic_ini: Path
    platform: Path
    declared: tuple[Path, ...]
    sample: Path
    personas: Path
    access_map: Path
    contract: Path
    exposed_schemas: tuple[str, ...]
    gateway_role: str
    anonymous_role: str
    claims_setting: str
    integrity_names: Integrity | None = None
    environments: Mapping[str, Environment] = field(default_factory=dict)

    @property
    def integrity(self) -> Integrity:
        """Names of the integrity objects.

        Raises:
            UsageError: The project names none.
        """
        if self.integrity_names is None:
            raise UsageError(
                f"{self.root / 'pyproject.toml'} has no table [tool.rempart.integrity].",
                next_step="add it, with view, alerts and sync",
            )
        return self.integrity_names

    @classmethod
    def find(cls, start: Path | None = None) -> Config:
        """Read the settings of the project that a folder belongs to.

        Args:
            start: A folder of the project, or below it; the current folder by default.

        Raises:
            UsageError: No ``pyproject.toml`` upward of ``start`` has the table, or it is wrong.
        """
        try:
            first = (start or Path.cwd()).resolve()
        except FileNotFoundError:
            raise UsageError("the current folder does not exist any more.", next_step="change folder") from None
        for folder in (first, *first.parents):
            file = folder / "pyproject.toml"
            if file.is_file():
                table = _read(file).get("tool", {})
                if isinstance(table, dict) and "rempart" in table:
                    return cls.from_table(table["rempart"], file)
        raise UsageError(
            f"no pyproject.toml with a table {_TABLE} in {first} or above it.",
            next_step=f"run the command inside the project, or add {_TABLE} to its pyproject.toml",
        )

    @classmethod
    def from_table(cls, table: object, file: Path) -> Config:
        """Build the settings from the parsed table.

        Args:
            table: The value of ``tool.rempart``.
            file: The ``pyproject.toml`` it was read from; relative paths start at its folder.

        Raises:
            UsageError: A key is missing, unknown or of a wrong type; the message names it and the file.
        """
        reader = _Reader(table, file, _TABLE, _KEYS)
        root = file.parent
        return cls(
            root=root,
            database=reader.name("database"),
            owner=reader.name("owner"),
            alembic_ini=root / reader.text("alembic_ini", "alembic.ini"),
            platform=root / reader.text("platform", "schema/platform"),
            declared=tuple(root / path for path in reader.texts("declared", _DECLARED)),
            sample=root / reader.text("sample", "sample"),
            personas=root / reader.text("personas", "policies/personas.toml"),
            access_map=root / reader.text("access_map", "policies/access.map"),
            contract=root / reader.text("contract", "policies/contract.toml"),
            exposed_schemas=reader.texts("exposed_schemas", ("public",)),
            gateway_role=reader.name("gateway_role", "authenticator"),
            anonymous_role=reader.name("anonymous_role", "anon"),
            claims_setting=reader.text("claims_setting", "request.jwt.claims"),
            integrity_names=_integrity(reader.table.get("integrity"), file),
            environments=_environments(reader.table.get("environments", {}), file),
        )


def _environments(table: object, file: Path) -> dict[str, Environment]:
    title = "[tool.rempart.environments]"
    names = _Reader(table, file, title, set(table) if isinstance(table, dict) else set()).table
    found = {}
    for name, entry in names.items():
        reader = _Reader(entry, file, f"[tool.rempart.environments.{name}]", {"url_env"})
        found[name] = Environment(name, reader.text("url_env"))
    return found


def _integrity(table: object, file: Path) -> Integrity | None:
    if table is None:
        return None
    reader = _Reader(table, file, "[tool.rempart.integrity]", {"view", "alerts", "sync"})
    return Integrity(view=reader.qualified("view"), alerts=reader.qualified("alerts"), sync=reader.qualified("sync"))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}", next_step="correct the file") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", next_step="make it readable") from None


class _Reader:
    """Typed access to one table; every complaint names the file, the table and the key."""

    def __init__(self, table: object, file: Path, title: str, keys: set[str]) -> None:
        self._file, self._title = file, title
        if not isinstance(table, dict):
            raise UsageError(f"{title} in {file} is not a table.", next_step=f"write it as {title}")
        self.table: dict[str, object] = table
        if unknown := sorted(set(table) - keys):
            raise UsageError(
                f"{title} in {file} has an unknown key: {', '.join(unknown)}.",
                next_step=f"known keys: {', '.join(sorted(keys))}",
            )

    def _wrong(self, key: str, expected: str) -> UsageError:
        return UsageError(f"{key} of {self._title} in {self._file} is not {expected}.", next_step="correct the value")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if value is None:
            raise UsageError(f"{self._title} in {self._file} lacks the key {key}.", next_step=f'add {key} = "…"')
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self._wrong(key, "a text that says something")
        return value

    def name(self, key: str, default: str | None = None) -> str:
        value = self.text(key, default)
        if len(value.encode()) > _MAXIMUM_NAME_BYTES:
            raise self._wrong(key, f"a name of at most {_MAXIMUM_NAME_BYTES} bytes")
        return value

    def qualified(self, key: str) -> str:
        value = self.text(key)
        if not all(value.partition(".")) or value.count(".") != 1:
            raise self._wrong(key, "a name written schema.name")
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.table.get(key, default)
        if isinstance(value, list | tuple) and value and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        raise self._wrong(key, "a list of texts that holds at least one")
