"""A dump made by other means: restored to see what it holds, and registered."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.backups import archive_file, restoring, server_roles
from rempart.deploy.backups.archive_file import Archive
from rempart.deploy.backups.programs import fitting
from rempart.deploy.backups.register import Backup, Origin, digest, register
from rempart.deploy.backups.server_roles import Role
from rempart.deploy.backups.source import revision_of, rows_of
from rempart.deploy.backups.taking import comparable
from rempart.deploy.record import ledger
from rempart.errors import GateFailure, RempartError, UsageError
from rempart.postgres.server import connect
from rempart.revisions.workbench import Workbench, workbench
from rempart.sources.live import url_of
from rempart.sources.source import parse

Step = Callable[[str], None]
_RESTORED = "rempart_restored"


def register_existing(
    config: Config,
    environment: str,
    path: Path,
    revision: str | None = None,
    step: Step = lambda _message: None,
    note: Step = lambda _message: None,
) -> Backup:
    """Restore an existing dump into a throw-away server, and register it.

    Its SQL runs as superuser of that server: only a dump that one trusts is to be tried.

    Args:
        config: The project.
        environment: The environment whose database it is of.
        path: The dump.
        revision: The revision of the database when it was taken; needed for a dump of rows only.
        step: Told what is being done.
        note: Told what should be known beside.

    Returns:
        The backup.

    Raises:
        UsageError: There is no such environment, file or revision, or the dump is of another environment.
        GateFailure: It cannot be restored, holds no rows, or rows of it refer to nothing.
        OperationError: A server could not be used, or the backup could not be registered.
    """
    if environment not in config.environments:
        url_of(parse(f"env:{environment}"), config)  # says which there are
    path = path.resolve()
    step(f"reading {path.name}")
    archive = archive_file.read(path)
    if archive.data_only and revision is None:
        raise UsageError(
            f"{path} holds rows and no schema, so it is restored over the schema of its time.",
            next_step="say which revision the database was at, by --revision",
        )
    if archive.creates and not archive.has_data:
        raise GateFailure(f"{path} holds no rows: it is a schema only.", next_step="take a dump with the rows")
    size, sha256 = digest(path)
    notes: list[str] = []
    started = time.monotonic()
    with workbench(config, fitting(max(archive.written_by, archive.server)), step) as bench:
        step(f"restoring {path.name}")
        left_out: tuple[str, ...] = ()
        roles: tuple[Role, ...] = ()
        if archive.data_only:
            name = restoring.load_over(bench, archive, str(revision))
        else:
            roles, name = _roles(config, environment, archive, notes), _RESTORED
            with connect(bench.server.url()) as connection:
                server_roles.make(connection, roles)
            left_out = restoring.load(bench.server, name, archive, config.owner)
        with connect(bench.server.url(name)) as connection:
            marker = ledger.marker(connection)
            rows = rows_of(connection)
            at = revision_of(connection) or revision
            catalog = fingerprint(comparable(read(connection), left_out))
            partial = set(archive.lacking(rows))
            if archive.data_only:
                notes += _hanging(path, restoring.hanging(connection, partial))
        if at is not None:
            partial |= _tables_of(bench, at) - rows.keys()
    if marker is not None and marker.environment != environment:
        raise UsageError(
            f"{path} is of {marker.environment}, as its marker says, and not of {environment}.",
            next_step=f"register it by --env {marker.environment}",
        )
    if revision is not None and at != revision:
        raise UsageError(
            f"{path} is of revision {at}, as it says itself, and not {revision}.",
            next_step=f"leave --revision out, or write --revision {at}",
        )
    notes += [f"{one} was left out: this machine has not got it" for one in left_out]
    if partial:
        notes.append(f"the dump does not hold the rows of {', '.join(sorted(partial))}: no gate accepts it")
    if archive.inserts:
        notes.append("the rows are INSERT statements: whether every table's are there cannot be seen")
    backup = Backup(
        environment=environment,
        database=Origin(archive.database or config.database, marker.database if marker else None, None, config.owner),
        path=path,
        size=size,
        sha256=sha256,
        format=archive.format,
        taken_at=archive.taken_at.replace(microsecond=0),
        clock=archive.clock,
        seconds={"restore": round(time.monotonic() - started, 3)},
        server=f"Postgres {archive.server}",
        restored_on=bench.server.major,
        revision=at,
        rows=rows,
        catalog=catalog,
        validated=True,
        data_only=archive.data_only,
        partial=tuple(sorted(partial)),
        left_out=left_out,
        notes=tuple(notes),
        roles=roles,
    )
    for one in notes:
        note(one)
    register(config, backup)
    return backup


def _roles(config: Config, environment: str, archive: Archive, notes: list[str]) -> tuple[Role, ...]:
    """The roles that a dump names, as the environment's server has them when it can be asked."""
    known: dict[str, Role] = {}
    try:
        with connect(url_of(parse(f"env:{environment}"), config)) as connection:
            known = {role.name: role for role in server_roles.roles_of(connection)}
    except RempartError:
        notes.append(f"{environment} could not be asked for the attributes of its roles: those of the dump have none")
    return tuple({**{name: Role(name) for name in archive_file.roles_named(archive)}, **known}.values())


def _tables_of(bench: Workbench, revision: str) -> set[str]:
    """The tables that the revisions make."""
    platform = bench.platform_database(bench.config)
    found = []
    for name in (bench.database(parse(f"revisions@{revision}")), platform):
        with connect(bench.server.url(name)) as connection:
            found.append(rows_of(connection).keys())
    return found[0] - found[1]


def _hanging(path: Path, found: list[restoring.Hanging]) -> list[str]:
    """What is to be told of rows that refer to nothing.

    Raises:
        GateFailure: There are some that may not be.
    """
    wrong = [f"{one.name}: {one.rows} rows refer to nothing" for one in found if one.rows and not one.reason]
    if wrong:
        raise GateFailure(
            f"{path} was restored, and rows of it hang in the air: {'; '.join(wrong)}.",
            next_step="see whether --revision is that of its time, and the dump whole; it is not registered",
        )
    return [
        f"{one.name}: not decided, {one.reason}" if one.rows is None else f"{one.name}: {one.rows} rows, {one.reason}"
        for one in found
    ]
