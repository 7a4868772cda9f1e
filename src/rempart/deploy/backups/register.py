"""Backups: what is known of one, the register of those that were validated, and the gate that asks for one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.config import Config
from rempart.deploy.backups.server_roles import Role
from rempart.deploy.backups.source import system_of
from rempart.deploy.record.canonical import utc
from rempart.environment import Environment
from rempart.errors import OperationError
from rempart.postgres.server import connect
from rempart.revisions.checking import Check
from rempart.sources.live import url_of
from rempart.sources.source import parse

if TYPE_CHECKING:
    from rempart.deploy.record.ledger import Marker

_VERSION = 1
_FOLDER = "backups"
_KEY = 16  # hexadecimal digits
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_GATE = "backup"
_LISTS = ("partial", "left_out", "notes")
_AS_THEY_ARE = (
    "environment",
    "size",
    "sha256",
    "format",
    "clock",
    "seconds",
    "server",
    "restored_on",
    "revision",
    "rows",
    "catalog",
    "validated",
    "data_only",
)
_BLOCK = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Origin:
    """The database that a backup is of.

    Attributes:
        name: Its name.
        id: The name in its marker that no other database has; None before its first deployment.
        system: The number of its server; None when it is not known, as for a dump made by other means.
        owner: The role that owns it.
    """

    name: str
    id: str | None
    system: str | None
    owner: str


@dataclass(frozen=True)
class Backup:
    """A backup that was restored to see that it can be.

    Attributes:
        environment: The environment whose database it is of.
        database: The database.
        path: The file, or the folder of a dump in directory format.
        size: In bytes.
        sha256: Of its content, see `digest`.
        format: `custom`, `directory`, `tar` or `plain`.
        taken_at: When it was taken.
        clock: Whose clock says so: `server`, `archive` or `file`.
        seconds: How long its steps took.
        server: The server it is of.
        restored_on: Major version of the server it was restored on.
        revision: Where the history stood; None when no revision had been applied.
        rows: How many rows each table has.
        catalog: Fingerprint of the database's catalog, as deployments record it; of an existing dump, of what was
            restored, without what belongs to the cluster.
        validated: Whether it was restored and found whole.
        data_only: Whether it holds rows only, and needs the schema of its revision.
        partial: Tables whose rows it does not hold.
        left_out: What could not be restored here, such as an extension that this machine has not.
        notes: What was said about it, such as warnings.
        roles: The roles of the server it is of, or those that it names.
    """

    environment: str
    database: Origin
    path: Path
    size: int
    sha256: str
    format: str
    taken_at: datetime
    clock: str
    seconds: Mapping[str, float]
    server: str
    restored_on: int
    revision: str | None
    rows: Mapping[str, int]
    catalog: str
    validated: bool
    data_only: bool = False
    partial: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    roles: tuple[Role, ...] = field(default=(), repr=False)

    def file(self, root: Path) -> str:
        """The path as it is shown and recorded: relative to the project when it is inside.

        Args:
            root: The project's folder.
        """
        return str(self.path.relative_to(root)) if self.path.is_relative_to(root) else str(self.path)

    def as_json(self, root: Path) -> dict[str, Any]:
        """The record of the backup.

        Args:
            root: The project's folder.
        """
        return {
            "version": _VERSION,
            "file": self.file(root),
            "database": asdict(self.database),
            "taken_at": utc(self.taken_at),
            **{key: getattr(self, key) for key in _AS_THEY_ARE},
            **{key: list(getattr(self, key)) for key in _LISTS},
            "roles": [role.as_json() for role in self.roles],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], root: Path) -> Backup:
        """The backup of a record.

        Args:
            value: The record.
            root: The project's folder.

        Raises:
            ValueError: It is no such record.
        """
        try:
            if value["version"] != _VERSION:
                raise ValueError(f"its version is {value['version']}")
            read: dict[str, Any] = {key: value[key] for key in _AS_THEY_ARE}
            read |= {key: tuple(value[key]) for key in _LISTS}
            read["database"] = Origin(**value["database"])
            read["path"] = root / value["file"]
            read["taken_at"] = datetime.fromisoformat(value["taken_at"]).astimezone(UTC)
            read["roles"] = tuple(Role.from_json(one) for one in value["roles"])
            return cls(**read)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it is not as rempart writes it: {error}") from None


def registered(config: Config, environment: str) -> list[Backup]:
    """The backups of an environment that were validated, the newest first. Whether they are still there is not asked.

    Args:
        config: The project.
        environment: Its name.
    """
    found = [one for one in _read(config, environment) if isinstance(one, Backup)]
    return sorted(found, key=lambda backup: backup.taken_at, reverse=True)


def register(config: Config, backup: Backup) -> Path:
    """Write a backup into the register.

    Args:
        config: The project.
        backup: A validated backup.

    Returns:
        The file of its record.

    Raises:
        OperationError: It cannot be written.
    """
    file = _folder(config, backup.environment) / f"{backup.sha256[:_KEY]}.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_record(file, backup.as_json(config.root))
    except OSError as error:
        raise OperationError(
            f"the backup {backup.path} could not be registered in {file.parent}: {error.strerror or error}.",
            next_step=f"make the folder writable, then rempart backup --env {backup.environment} --file {backup.path}",
        ) from None
    return file


def write_record(file: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON file so that it is there whole, or not at all.

    Args:
        file: The file.
        record: What to write.

    Raises:
        OSError: It cannot be written.
    """
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with half.open("w", encoding="utf-8") as stream:
            stream.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def digest(path: Path) -> tuple[int, str]:
    """The size in bytes and the SHA-256 of a dump, as hexadecimal digits.

    Of a folder: of the names of its files and their SHA-256, a line each, by name.

    Args:
        path: A file, or the folder of a dump in directory format.

    Raises:
        OSError: It cannot be read.
    """
    if path.is_dir():
        parts = [(file.relative_to(path).as_posix(), *digest(file)) for file in path.rglob("*") if file.is_file()]
        lines = "".join(f"{sha256}  {name}\n" for name, _, sha256 in sorted(parts))
        return sum(size for _, size, _ in parts), hashlib.sha256(lines.encode()).hexdigest()
    made, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            made.update(block)
            size += len(block)
    return size, made.hexdigest()


def gate(
    config: Config,
    environment_name: str,
    marker: Marker | None,
    now: datetime,
    database_name: str,
) -> Check:
    """Look for a backup of the target that was validated, is recent enough, and is still what it was.

    Args:
        config: The project.
        environment_name: The environment.
        marker: What the target says it is; None before its first deployment.
        now: The time, by the clock of the target's server.
        database_name: Name of the target's database. Without a marker it is known by this and its server, which is
            asked for its number.

    Returns:
        Which backup was accepted, or why each one was not.

    Raises:
        OperationError: The server was to be asked, and cannot be reached.
    """
    environment = config.environments[environment_name]
    found = list(_read(config, environment_name))
    system = _system(config, environment_name) if marker is None else None
    refused = [one for one in found if isinstance(one, str)]
    backups = [one for one in found if isinstance(one, Backup)]
    for backup in sorted(backups, key=lambda backup: backup.taken_at, reverse=True):
        reason = (
            _of_another(backup, environment_name, marker, database_name, system)
            or _too_old(backup, environment, now)
            or _incomplete(backup)
            or changed(backup)
        )
        if reason is None:
            said = f"{backup.file(config.root)}, taken {_moment(backup.taken_at)}, {_age(now - backup.taken_at)} ago"
            return Check(_GATE, True, said)
        refused.append(f"{backup.file(config.root)}: {reason}")
    said = f"no backup to rely on; next: rempart backup --env {environment_name}"
    return Check(_GATE, False, said, tuple(refused) or (f"no backup of {environment_name} is registered",))


def changed(backup: Backup) -> str | None:
    """What is not as it was registered in a backup's file; None when all is.

    Args:
        backup: The backup.
    """
    try:
        size, sha256 = digest(backup.path)
    except FileNotFoundError:
        return "the file is not there any more"
    except OSError as error:
        return f"the file cannot be read: {(error.strerror or str(error)).lower()}"
    if size != backup.size:
        return f"the file is another one: it has {size} bytes, and {backup.size} were registered"
    if sha256 != backup.sha256:
        return "the file is another one: its SHA-256 is not the one that was registered"
    return None


def _of_another(
    backup: Backup, environment: str, marker: Marker | None, database: str, system: str | None
) -> str | None:
    if backup.environment != environment:
        return f"it is of {backup.environment}"
    if marker is not None:
        if backup.database.id is None:
            return "it was taken before the database was marked, and does not prove which one it is of"
        if backup.database.id != marker.database:
            return f"it is of another database ({backup.database.id}, not {marker.database})"
        return None
    if backup.database.id is not None:
        return f"it is of the marked database {backup.database.id}, and this one is not marked yet"
    if backup.database.name != database:
        return f"it is of the database {backup.database.name}, not {database}"
    if backup.database.system is None or system is None:
        return "nothing tells which server it is of"
    return None if backup.database.system == system else "it is of a database of that name on another server"


def _system(config: Config, environment: str) -> str | None:
    with connect(url_of(parse(f"env:{environment}"), config)) as connection:
        return system_of(connection)


def _too_old(backup: Backup, environment: Environment, now: datetime) -> str | None:
    age = now - backup.taken_at
    if age < -_CLOCKS_MAY_DIFFER:
        return f"it is from the future ({_moment(backup.taken_at)}, and now is {_moment(now)}): a clock was moved"
    if age > environment.backup.max_age:
        return f"it is too old: taken {_age(age)} ago, and {_age(environment.backup.max_age)} are allowed"
    return None


def _incomplete(backup: Backup) -> str | None:
    if backup.validated is not True:
        return "it was not validated"
    if backup.partial:
        more = f" and {len(backup.partial) - 3} more" if len(backup.partial) > 3 else ""
        return f"it does not hold the rows of {', '.join(backup.partial[:3])}{more}"
    return None


def _read(config: Config, environment: str) -> Iterator[Backup | str]:
    """The records of an environment; of one that cannot be read, what is wrong with it."""
    for file in sorted(_folder(config, environment).glob("*.json")):
        try:
            backup = Backup.from_json(json.loads(file.read_text(encoding="utf-8")), config.root)
        except (OSError, ValueError) as error:
            yield f"{file.name}: the record cannot be used: {error}"
            continue
        if file.stem == backup.sha256[:_KEY]:
            yield backup
        else:
            yield f"{file.name}: the record was edited: it names another file than it was made for"


def _folder(config: Config, environment: str) -> Path:
    return config.deployment.evidence / environment / _FOLDER


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _age(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
