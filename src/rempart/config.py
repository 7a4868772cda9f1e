"""The project's settings: ``[tool.rempart]`` of the nearest ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rempart.environment import Deployment, Environment, deployment_of, environments_of
from rempart.errors import UsageError
from rempart.settings import TableReader

_TABLE = "[tool.rempart]"
_DECLARED = (
    "schema/schemas",
    "schema/tables",
    "schema/functions",
    "schema/views",
    "schema/triggers",
    "policies",
)
_PLATFORM = "schema/platform"
_NO_PROJECT = {"database": "postgres", "owner": "rempart_owner"}
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
    "deployment",
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
class Config:
    """What the tool has to know about the project it works on. Paths are absolute.

    Attributes:
        root: The folder of ``pyproject.toml``.
        database: Name of the project's database on local and test servers.
        owner: The role, not a superuser, that owns the database and runs the revisions.
        alembic_ini: Alembic's configuration file.
        platform: Folder of the SQL files of the local stand-in of the hosted platform; None for plain Postgres.
        declared: Files and folders of the declared state.
        declared_named: Whether the project names them: all must be there then. Git keeps no empty folders, so that of
            the usual ones some may be missing.
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
        deployment: Where deployments keep their files.
    """

    root: Path
    database: str
    owner: str
    alembic_ini: Path
    platform: Path | None
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
    deployment: Deployment = field(default_factory=Deployment)
    declared_named: bool = True

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
        if (found := cls.above(start)) is not None:
            return found
        raise UsageError(
            f"no pyproject.toml with a table {_TABLE} in {_folder(start)} or above it.",
            next_step=f"run the command inside the project, or add {_TABLE} to its pyproject.toml",
        )

    @classmethod
    def anywhere(cls, start: Path | None = None) -> Config:
        """The settings of the project that a folder belongs to; outside of any, those of plain Postgres.

        For what needs no project, such as comparing two SQL files.

        Args:
            start: A folder; the current one by default.

        Raises:
            UsageError: There is a project, and its settings are wrong.
        """
        file = _folder(start) / "pyproject.toml"
        return cls.above(start) or replace(cls.from_table(_NO_PROJECT, file), platform=None)

    @classmethod
    def above(cls, start: Path | None = None) -> Config | None:
        """The settings of the project that a folder belongs to; None outside of any.

        Args:
            start: A folder; the current one by default.

        Raises:
            UsageError: There is a project, and its settings are wrong.
        """
        first = _folder(start)
        for folder in (first, *first.parents):
            file = folder / "pyproject.toml"
            if file.is_file():
                table = _read(file).get("tool", {})
                if isinstance(table, dict) and "rempart" in table:
                    return cls.from_table(table["rempart"], file)
        return None

    @classmethod
    def from_table(cls, table: object, file: Path) -> Config:
        """Build the settings from the parsed table.

        Args:
            table: The value of ``tool.rempart``.
            file: The ``pyproject.toml`` it was read from; relative paths start at its folder.

        Raises:
            UsageError: A key is missing, unknown or of a wrong type; the message names it and the file.
        """
        reader = TableReader(table, file, _TABLE, _KEYS)
        root = file.parent
        return cls(
            root=root,
            database=reader.name("database"),
            owner=reader.name("owner"),
            alembic_ini=root / reader.text("alembic_ini", "alembic.ini"),
            platform=_platform(reader, root),
            declared=tuple(root / path for path in reader.texts("declared", _DECLARED)),
            declared_named="declared" in reader.table,
            sample=root / reader.text("sample", "sample"),
            personas=root / reader.text("personas", "policies/personas.toml"),
            access_map=root / reader.text("access_map", "policies/access.map"),
            contract=root / reader.text("contract", "policies/contract.toml"),
            exposed_schemas=reader.texts("exposed_schemas", ("public",)),
            gateway_role=reader.name("gateway_role", "authenticator"),
            anonymous_role=reader.name("anonymous_role", "anon"),
            claims_setting=reader.text("claims_setting", "request.jwt.claims"),
            integrity_names=_integrity(reader.table.get("integrity"), file),
            environments=environments_of(reader.table.get("environments", {}), file),
            deployment=deployment_of(reader.table.get("deployment", {}), file),
        )


def _folder(start: Path | None) -> Path:
    try:
        return (start or Path.cwd()).resolve()
    except FileNotFoundError:
        raise UsageError("the current folder does not exist any more.", next_step="change folder") from None


def _platform(reader: TableReader, root: Path) -> Path | None:
    """The folder of the stand-in: one that is named must be there, and without the usual one there is no platform."""
    folder = root / reader.text("platform", _PLATFORM)
    if folder.is_dir():
        return folder
    if "platform" in reader.table:
        raise UsageError(
            f"there is no folder {folder}, which the key platform of {_TABLE} names.",
            next_step="correct the key; without it and without schema/platform a project is for plain Postgres",
        )
    return None


def _integrity(table: object, file: Path) -> Integrity | None:
    if table is None:
        return None
    reader = TableReader(table, file, "[tool.rempart.integrity]", {"view", "alerts", "sync"})
    return Integrity(view=reader.qualified("view"), alerts=reader.qualified("alerts"), sync=reader.qualified("sync"))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}", next_step="correct the file") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", next_step="make it readable") from None
