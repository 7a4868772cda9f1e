"""A backup taken: dumped in one snapshot, restored, compared with the database, and only then given its name."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from rempart.catalog.compare import Difference, compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.backups import archive_file, parts, restoring, server_roles
from rempart.deploy.backups.parts import Part
from rempart.deploy.backups.programs import ProgramFailure, fitting, run
from rempart.deploy.backups.register import Backup, Origin, digest, register, write_record
from rempart.deploy.backups.source import READ_ALL, Source, differing, held_still, revision_of, rows_of
from rempart.deploy.target import Target, refuse_another, target_of
from rempart.errors import GateFailure, OperationError, UsageError
from rempart.postgres import databases
from rempart.postgres.dump import bring_over
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect, masked, program_address
from rempart.revisions.connecting import database_url
from rempart.revisions.workbench import without_cluster, without_maintain, without_own_objects

Step = Callable[[str], None]
_CHANGED = {"create": "it was not there", "drop": "it is missing", "alter": "it is another one"}
_SHOWN = 10
_RESTORED, _EXPECTED = "rempart_restored", "rempart_expected"


_FIRST_WITH_MAINTAIN = 17


@dataclass(frozen=True)
class Expected:
    """What a restored backup has to be.

    Attributes:
        url: The database, never shown.
        origin: The same, as it is recorded.
        major: Major version of its server.
        revision: Where its history stood.
        rows: How many rows each table had.
        catalog: Its catalog.
        roles: The roles of its server.
    """

    url: str = field(repr=False)
    origin: Origin
    major: int
    revision: str | None
    rows: Mapping[str, int]
    catalog: Catalog
    roles: tuple[server_roles.Role, ...]


def take(
    config: Config,
    environment: str,
    step: Step = lambda _message: None,
    note: Step = lambda _message: None,
) -> Backup:
    """Take a backup of an environment's database, restore it to try it, and register it.

    Args:
        config: The project.
        environment: The environment.
        step: Told what is being done.
        note: Told what should be known beside.

    Returns:
        The backup.

    Raises:
        UsageError: The environment is not known, or its database says that it is another one.
        OperationError: It could not be taken; nothing of it is left.
        GateFailure: What was restored is not what the database holds; nothing of it is left.
    """
    target = target_of(config, environment)
    url = _url(target)
    folder = config.deployment.backups / environment
    for removed in parts.prepare(config.deployment.backups, folder):
        note(f"{removed} was removed: a backup that was killed had left it")
    with ExitStack() as kept:
        step("waiting for the tables")
        with held_still(url, target.environment.lock_timeout) as source:
            refuse_another(target, source.facts)
            part = kept.enter_context(parts.claimed(folder, _file_name(source)))
            started = time.monotonic()
            step(f"dumping {source.facts.name}")
            warnings = _dump(source, url, part, target.environment.lock_timeout)
            dumped = round(time.monotonic() - started, 3)
            step("counting rows")
            expected = expected_of(source, url)
            taken_at = source.taken_at.replace(microsecond=0)
        size, sha256 = digest(part.path)
        started = time.monotonic()
        left_out = try_out(part.path, expected, step)
        seconds = {"dump": dumped, "restore": round(time.monotonic() - started, 3)}
        notes = (*warnings, *(f"{one} was left out: this machine has not got it" for one in left_out))
        backup = Backup(
            environment=environment,
            database=expected.origin,
            path=part.finish(),
            size=size,
            sha256=sha256,
            format="custom",
            taken_at=taken_at,
            clock="server",
            seconds=seconds,
            server=f"Postgres {expected.major}",
            restored_on=fitting(expected.major),
            revision=expected.revision,
            rows=expected.rows,
            catalog=fingerprint(without_own_objects(expected.catalog)),
            validated=True,
            left_out=left_out,
            notes=notes,
            roles=expected.roles,
        )
    for one in notes:
        note(one)
    _record(config, backup)
    register(config, backup)
    return backup


def try_out(path: Path, expected: Expected, step: Step = lambda _message: None) -> tuple[str, ...]:
    """Restore a dump into a throw-away server, and compare rows and catalog with what the database held.

    Args:
        path: The dump.
        expected: What the database held.
        step: Told what is being done.

    Returns:
        What was left out, because this machine has not got it.

    Raises:
        GateFailure: It cannot be restored, or something else comes out.
        OperationError: The schema of the database was changed meanwhile, or a server could not be used.
    """
    archive = archive_file.read(path)
    step("starting a throw-away server")
    with temporary_server(fitting(expected.major)) as server:
        with connect(server.url()) as connection:
            server_roles.make(connection, expected.roles)
        step("restoring the dump")
        left_out = restoring.load(server, _RESTORED, archive, expected.origin.owner)
        step("comparing")
        with connect(server.url(_RESTORED)) as connection:
            problems = differing(expected.rows, rows_of(connection))
            problems += [f"{table}: its rows are not in the dump" for table in archive.lacking(expected.rows)]
            after = comparable(read(connection), left_out, expected.major)
        found = unlike(server, _EXPECTED, expected, after, left_out)
    problems += [f"{one.identity}: {_CHANGED[one.action]}" for one in found]
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise GateFailure(
            f"what was restored is not what the database {expected.origin.name} holds:"
            f" {'; '.join(problems[:_SHOWN])}{more}.",
            next_step="take the backup again; nothing was kept or registered",
        )
    return left_out


def comparable(catalog: Catalog, left_out: Sequence[str] = (), origin: int | None = None) -> Catalog:
    """A catalog without what no dump of one database brings back: what belongs to the cluster, and tablespaces.

    Args:
        catalog: The catalog.
        left_out: What could not be restored here.
        origin: Major version of the server it comes from; before 17 there was no privilege MAINTAIN, and what a newer
            server makes of a default without it depends on who wrote the dump.
    """
    absent = {Identity("extension", "", name.removeprefix("extension ")) for name in left_out}
    objects = {
        identity: replace(made, tablespace=None) if isinstance(made, Table | View | Constraint) else made
        for identity, made in without_cluster(catalog).objects.items()
        if identity not in absent
    }
    made = replace(catalog, objects=objects)
    return without_maintain(made) if origin is not None and origin < _FIRST_WITH_MAINTAIN else made


def _url(target: Target) -> str:
    variable = target.environment.backup.url_env
    if variable is None:
        return target.url
    url = os.environ.get(variable, "").strip()
    if not url:
        raise UsageError(
            f"backups of {target.name} are taken with the URL in {variable}, which is not set.",
            next_step=f"set {variable} to the postgresql:// URL of a role that may read everything",
        )
    return database_url(url, variable)


def _file_name(source: Source) -> str:
    return f"{source.taken_at:%Y%m%dT%H%M%SZ}-{re.sub(r'[^A-Za-z0-9_.-]', '_', source.facts.name)}.dump"


def _dump(source: Source, url: str, part: Part, patience: timedelta) -> tuple[str, ...]:
    """Write the dump; what pg_dump warned of."""
    arguments = [
        "--format=custom",
        "--no-password",
        f"--snapshot={source.snapshot}",
        f"--lock-wait-timeout={int(patience.total_seconds() * 1000)}",
        f"--dbname={program_address(url)}",
    ]
    try:
        _, said = run(
            fitting(source.facts.major),
            "pg_dump",
            arguments,
            url,
            output=part.handle,
            meanwhile=source.expect_an_answer,
        )
    except ProgramFailure as failure:
        raise OperationError(
            f"the backup of {masked(url)} could not be written: "
            + (f"the disk is full ({failure.said})." if failure.disk_is_full else f"{failure.said}."),
            next_step=_next_step(failure),
        ) from None
    return tuple(line for line in said.splitlines() if line.strip())


def _next_step(failure: ProgramFailure) -> str:
    said = failure.said.lower()
    if failure.disk_is_full:
        return "free some space, or name another folder by backups in [tool.rempart.deployment]; nothing was kept"
    if "permission denied" in said or "row-level security" in said or "row security" in said:
        return READ_ALL
    if "lock timeout" in said:
        return "wait for the session that holds the lock to end, or end it, then run it again; nothing was kept"
    return "see the message of pg_dump, then run it again; nothing was kept"


def expected_of(source: Source, url: str) -> Expected:
    """What the database holds, read in the transaction whose snapshot is dumped.

    Args:
        source: The transaction.
        url: The database.
    """
    facts = source.facts
    return Expected(
        url=url,
        origin=Origin(facts.name, facts.marker.database if facts.marker else None, source.system, facts.owner),
        major=facts.major,
        revision=revision_of(source.connection),
        rows=rows_of(source.connection),
        catalog=read(source.connection),
        roles=source.roles,
    )


def unlike(
    server: Server, name: str, expected: Expected, restored: Catalog, left_out: Sequence[str] = ()
) -> list[Difference]:
    """What was restored otherwise than the database holds it.

    Another version prints the same in another way. Nor does Postgres always read what it prints as it was: BETWEEN
    beside another condition is flattened. Where that may be, both have come by way of a dump.

    Args:
        server: The throw-away server.
        name: Name of a new database on it, for the schema when it has to be brought over.
        expected: What the database held.
        restored: What was restored, as `comparable` gives it.
        left_out: What could not be restored here.

    Raises:
        OperationError: The schema was changed meanwhile, or could not be brought over.
    """
    same = expected.major == server.major
    found = compare(comparable(expected.catalog, left_out, expected.major), restored) if same else []
    if same and not found:
        return []
    with connect(expected.url) as connection:
        now = read(connection)
    if fingerprint(comparable(now)) != fingerprint(comparable(expected.catalog)):
        if same:
            return found
        raise OperationError(
            f"the schema of {expected.origin.name} was changed while the backup was taken.",
            next_step="run it again when no deployment is at work; nothing was kept",
        )
    return compare(comparable(_brought_over(server, name, expected.url, now), left_out, expected.major), restored)


def _brought_over(server: Server, name: str, url: str, now: Catalog) -> Catalog:
    databases.create(server, name)
    bring_over(url, server, name)
    with connect(server.url(name)) as connection:
        printed = read(connection)
    objects = {identity: _filled_as(made, now.objects.get(identity)) for identity, made in printed.objects.items()}
    return replace(printed, objects=objects)


def _filled_as(made: CatalogObject, live: CatalogObject | None) -> CatalogObject:
    """A materialized view as it is filled in the database: without rows it came over empty."""
    if isinstance(made, View) and isinstance(live, View):
        return replace(made, populated=live.populated)
    return made


def _record(config: Config, backup: Backup) -> None:
    """Write what is known of a backup beside it."""
    file = backup.path.with_name(f"{backup.path.name}.json")
    try:
        write_record(file, backup.as_json(config.root))
        file.chmod(0o600)
    except OSError as error:
        raise OperationError(
            f"{file} could not be written: {(error.strerror or str(error)).lower()}.",
            next_step=f"free some space, then rempart backup --env {backup.environment} --file {backup.path}",
        ) from None
