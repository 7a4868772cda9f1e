"""The databases elsewhere: ``[tool.rempart.environments.NAME]`` and ``[tool.rempart.deployment]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rempart.errors import UsageError
from rempart.settings import TableReader

_KEYS = {
    "url_env",
    "protected",
    "requires",
    "postgres",
    "owner",
    "backup",
    "approval",
    "lock_timeout",
    "statement_timeout",
    "attempts",
    "canary",
}
_APPROVALS = {"ssh", "ci"}
_LONGEST = timedelta(milliseconds=2**31 - 1)  # that Postgres can be told to wait; 0 would be for ever


@dataclass(frozen=True)
class BackupRules:
    """What a backup has to be.

    Attributes:
        required: Whether a gate asks for one.
        max_age: How old it may be.
        url_env: The environment variable with the URL of a role that may read everything; that of the environment by
            default.
    """

    required: bool = False
    max_age: timedelta = timedelta(hours=24)
    url_env: str | None = None


@dataclass(frozen=True)
class Environment:
    """A database that exists somewhere else.

    Attributes:
        name: Its name.
        url_env: The environment variable that holds its URL.
        protected: Whether the gates stand before it.
        requires: The environment to which the same content must have been applied before.
        postgres: The major version it must run; any when None.
        owner: The role that must own the database; any when None.
        backup: What its backups have to be.
        approval: How somebody else may approve: `ssh`, `ci`.
        lock_timeout: How long a revision may wait for locks, and writers behind it.
        statement_timeout: How long a statement of a revision may take.
        attempts: How often a revision is tried when a lock is not had.
        canary: Whether it goes first among several.
    """

    name: str
    url_env: str
    protected: bool = False
    requires: str | None = None
    postgres: int | None = None
    owner: str | None = None
    backup: BackupRules = field(default_factory=BackupRules)
    approval: tuple[str, ...] = ("ssh",)
    lock_timeout: timedelta = timedelta(seconds=3)
    statement_timeout: timedelta = timedelta(minutes=15)
    attempts: int = 10
    canary: bool = False


@dataclass(frozen=True)
class Deployment:
    """Where deployments keep their files, and who may approve them. Paths are absolute.

    Attributes:
        evidence: Folder of the record: a folder for each environment.
        backups: Folder of the backups.
        allowed_signers: Who may approve, in the format of ``ssh-keygen -Y verify``.
        approval_lifetime: How long an approval holds.
        contracts: Folder of the contracts of the application's builds.
        maintenance: For each flag that a revision may require, the file of the query that tells whether it is up.
    """

    evidence: Path = Path("evidence")
    backups: Path = Path("backups")
    allowed_signers: Path = Path("policies/allowed_signers")
    approval_lifetime: timedelta = timedelta(hours=24)
    contracts: Path = Path("docs/contracts")
    maintenance: Mapping[str, Path] = field(default_factory=dict)


def environments_of(table: object, file: Path) -> dict[str, Environment]:
    """Read the environments.

    Args:
        table: The value of `tool.rempart.environments`.
        file: The ``pyproject.toml`` it was read from.

    Raises:
        UsageError: A key is missing, unknown or of a wrong type, or an environment requires one that is not there.
    """
    title = "[tool.rempart.environments]"
    names = TableReader(table, file, title, set(table) if isinstance(table, dict) else set()).table
    found = {name: _environment(name, entry, file) for name, entry in names.items()}
    for one in found.values():
        if one.requires is not None and (one.requires not in found or one.requires == one.name):
            raise UsageError(
                f"[tool.rempart.environments.{one.name}] in {file} requires {one.requires}, which is no other"
                " environment.",
                next_step=f"add [tool.rempart.environments.{one.requires}], or correct requires",
            )
    return found


def deployment_of(table: object, file: Path) -> Deployment:
    """Read the settings of deployments.

    Args:
        table: The value of `tool.rempart.deployment`.
        file: The ``pyproject.toml`` it was read from; relative paths start at its folder.

    Raises:
        UsageError: A key is unknown or of a wrong type.
    """
    title = "[tool.rempart.deployment]"
    keys = {"evidence", "backups", "allowed_signers", "approval_lifetime", "contracts", "maintenance"}
    reader = TableReader(table, file, title, keys)
    flags = reader.table.get("maintenance", {})
    names = set(flags) if isinstance(flags, dict) else set()
    maintenance = TableReader(flags, file, "[tool.rempart.deployment.maintenance]", names)
    root = file.parent
    return Deployment(
        evidence=root / reader.text("evidence", "evidence"),
        backups=root / reader.text("backups", "backups"),
        allowed_signers=root / reader.text("allowed_signers", "policies/allowed_signers"),
        approval_lifetime=reader.duration("approval_lifetime", "24h"),
        contracts=root / reader.text("contracts", "docs/contracts"),
        maintenance={name: root / maintenance.text(name) for name in sorted(names)},
    )


def _environment(name: str, entry: object, file: Path) -> Environment:
    title = f"[tool.rempart.environments.{name}]"
    reader = TableReader(entry, file, title, _KEYS)
    approval = reader.texts("approval", ("ssh",))
    if unknown := sorted(set(approval) - _APPROVALS):
        raise UsageError(
            f"approval of {title} in {file} knows no {', '.join(unknown)}.",
            next_step=f"known: {', '.join(sorted(_APPROVALS))}",
        )
    rules = TableReader(
        reader.table.get("backup", {}), file, f"{title[:-1]}.backup]", {"required", "max_age", "url_env"}
    )
    protected = reader.flag("protected")
    return Environment(
        name=name,
        url_env=reader.text("url_env"),
        protected=protected,
        requires=reader.optional("requires"),
        postgres=reader.number("postgres", 0) if "postgres" in reader.table else None,
        owner=reader.optional("owner"),
        backup=BackupRules(
            required=rules.flag("required", protected),
            max_age=rules.duration("max_age", "24h"),
            url_env=rules.optional("url_env"),
        ),
        approval=approval,
        lock_timeout=reader.duration("lock_timeout", "3s", _LONGEST),
        statement_timeout=reader.duration("statement_timeout", "15min", _LONGEST),
        attempts=reader.number("attempts", 10),
        canary=reader.flag("canary"),
    )
