"""A dump restored into a database of a throw-away server, to see that it can be, and for rehearsals."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from rempart.config import Config
from rempart.deploy.backups import archive_file, server_roles
from rempart.deploy.backups.archive_file import Archive
from rempart.deploy.backups.programs import ProgramFailure, fitting, run
from rempart.deploy.backups.register import Backup, changed
from rempart.deploy.backups.source import rows_of
from rempart.deploy.queries import query
from rempart.deploy.record import ledger
from rempart.errors import GateFailure, OperationError
from rempart.own_objects import LEDGER, MARKER, SCHEMA
from rempart.postgres import databases
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect, program_address
from rempart.revisions.workbench import Workbench, workbench
from rempart.sources.source import parse

Connection = psycopg.Connection[Any]
Step = Callable[[str], None]
_EXTENSION = re.compile(r"^(?:COMMENT - )?EXTENSION (?:- )?(\S+)")
_AS_A_REPLICA = {"session_replication_role": "replica"}  # neither triggers nor foreign keys


@dataclass(frozen=True)
class Hanging:
    """A foreign key whose rows were looked at after they had been loaded without it.

    Attributes:
        name: Of the constraint and its table.
        rows: How many rows refer to nothing; None when that was not decided.
        reason: Why it was not decided, or why such rows may be; empty when they may not.
    """

    name: str
    rows: int | None
    reason: str


@contextmanager
def restored(config: Config, backup: Backup, step: Step = lambda _message: None) -> Iterator[tuple[Server, str]]:
    """A throw-away server with a backup restored, gone at the end of the block.

    Args:
        config: The project.
        backup: A registered backup.
        step: Told what is being done.

    Returns:
        The server, and the name of the database, which belongs to the role that owned the original.

    Raises:
        GateFailure: The file is not the one that was registered, or cannot be restored.
        OperationError: The server could not be started.
    """
    if (problem := changed(backup)) is not None:
        raise GateFailure(f"the backup {backup.path}: {problem}.", next_step="take another one by rempart backup")
    archive = archive_file.read(backup.path)
    if backup.data_only:
        with workbench(config, backup.restored_on, step) as bench:
            step(f"restoring {backup.path.name}")
            yield bench.server, load_over(bench, archive, str(backup.revision))
        return
    step("starting a throw-away server")
    with temporary_server(backup.restored_on) as server:
        with connect(server.url()) as connection:
            server_roles.make(connection, backup.roles)
        step(f"restoring {backup.path.name}")
        name = backup.database.name if not databases.exists(server, backup.database.name) else "rempart_restored"
        load(server, name, archive, backup.database.owner)
        yield server, name


def load(server: Server, database: str, archive: Archive, owner: str) -> tuple[str, ...]:
    """Restore a dump into a new database.

    Args:
        server: A throw-away server, with the roles that the dump names.
        database: Name of the new database.
        archive: The dump, with a schema.
        owner: The role that is to own the database; the superuser when there is no such role.

    Returns:
        What was left out: extensions that this machine has not.

    Raises:
        GateFailure: It cannot be restored.
    """
    with connect(server.url()) as connection:
        roles = {role.name for role in server_roles.roles_of(connection)}
    databases.create(server, database, owner=owner if owner in roles else None)
    url = server.url(database)
    with connect(url) as connection:
        known = {str(row[0]) for row in connection.execute(query("backup_extensions")).fetchall()}
        if _makes_public(archive):
            # It is not the one that every new database has, so the dump makes it.
            connection.execute("drop schema public")
    if archive.format == "plain":
        _run_restore(server, archive, _psql(archive, url), url)
        return ()
    extensions = {found[1] for entry in archive.entries if (found := _EXTENSION.match(entry))}
    left_out = sorted(extensions - known)
    with tempfile.TemporaryDirectory(prefix="rempart-list-") as folder:
        chosen = [f"--use-list={_without(archive, left_out, Path(folder))}"] if left_out else []
        _run_restore(server, archive, [*_pg_restore(archive, url), *chosen], url)
    return tuple(f"extension {name}" for name in left_out)


def load_over(bench: Workbench, archive: Archive, revision: str) -> str:
    """Load a dump of rows only into a database with the schema of its time, without triggers and foreign keys.

    Args:
        bench: A throw-away server.
        archive: The dump.
        revision: The revision of the database when the dump was taken.

    Returns:
        Name of the database.

    Raises:
        UsageError: There is no such revision.
        GateFailure: The rows do not fit.
    """
    name = bench.copy(bench.database(parse(f"revisions@{revision}")))
    url = bench.server.url(name)
    with connect(url) as connection:
        if len(archive.lacking((f"{SCHEMA}.{LEDGER}", f"{SCHEMA}.{MARKER}"))) < 2:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(bench.config.owner)))
            ledger.ensure(connection)
            connection.execute("reset role")
        always = connection.execute(query("backup_always_triggers")).fetchall()
        _switch(connection, always, on=False)
        connection.execute("set session_replication_role = replica")
        tables = rows_of(connection)
        for table in connection.execute(query("backup_tables")).fetchall():
            if f"{table[0]}.{table[1]}" in tables.keys() - set(archive.lacking(tables)):
                # What the revisions entered is in the dump too.
                connection.execute(sql.SQL("delete from only {}").format(sql.Identifier(table[0], table[1])))
    arguments = _psql(archive, url) if archive.format == "plain" else [*_pg_restore(archive, url), "--data-only"]
    _run_restore(bench.server, archive, arguments, url, _AS_A_REPLICA)
    with connect(url) as connection:
        _switch(connection, always, on=True)
    return name


def hanging(connection: Connection, lacking: Collection[str]) -> list[Hanging]:
    """Verify every foreign key.

    Args:
        connection: A session of a superuser on the restored database.
        lacking: The tables whose rows the dump does not hold.

    Returns:
        Those with rows that refer to nothing, and those that could not be decided.
    """
    found = []
    for name, child, parent, *how in connection.execute(query("backup_foreign_keys")).fetchall():
        is_parent, valid, full, period, columns, targets, operators, *names = how
        title = f"{name} on {child}"
        if period:
            found.append(Hanging(title, None, "it compares periods"))
            continue
        rows = _hanging_rows(connection, names, is_parent, full, list(zip(columns, targets, operators, strict=True)))
        if rows and f"{names[2]}.{names[3]}" in lacking:
            found.append(Hanging(title, None, f"the dump does not hold the rows of {parent}"))
        elif rows:
            found.append(Hanging(title, rows, "" if valid else "it is not valid in the schema either"))
    return found


def _hanging_rows(
    connection: Connection, names: list[str], is_parent: bool, full: bool, pairs: list[tuple[str, str, str]]
) -> int:
    def columns(pattern: str, joined: str) -> sql.Composed:
        return sql.SQL(joined).join(
            sql.SQL(pattern).format(a=sql.Identifier(a), b=sql.Identifier(b), equals=sql.SQL(equals))
            for a, b, equals in pairs
        )

    statement = sql.SQL(
        "select pg_catalog.count(*) from {only} {child} c where ({present}) and not exists"
        " (select from {parent} p where {equal})"
    ).format(
        only=sql.SQL("" if is_parent else "only"),
        child=sql.Identifier(names[0], names[1]),
        # MATCH FULL asks for a row as soon as one column has a value.
        present=columns("c.{a} is not null", " or " if full else " and "),
        parent=sql.Identifier(names[2], names[3]),
        equal=columns("p.{b} {equals} c.{a}", " and "),
    )
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _switch(connection: Connection, triggers: list[tuple[Any, ...]], *, on: bool) -> None:
    for schema, table, trigger, always in triggers:
        how = ("enable always" if always else "enable replica") if on else "disable"
        connection.execute(
            sql.SQL("alter table {} {} trigger {}").format(
                sql.Identifier(schema, table), sql.SQL(how), sql.Identifier(trigger)
            )
        )


def _makes_public(archive: Archive) -> bool:
    if archive.format == "plain":
        with archive.path.open(encoding="utf-8", errors="replace") as stream:
            return any(line.rstrip("\n") == "CREATE SCHEMA public;" for line in stream)
    return any(entry.startswith("SCHEMA - public ") for entry in archive.entries)


def _without(archive: Archive, extensions: list[str], folder: Path) -> Path:
    """A table of contents without some extensions."""
    listed, _ = run(fitting(archive.written_by), "pg_restore", ["--list", str(archive.path)])
    lines = []
    for line in listed.splitlines():
        found = _EXTENSION.match(line.split(" ", 3)[-1]) if not line.startswith(";") else None
        if found is None or found[1] not in extensions:
            lines.append(line)
    file = folder / "list"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _pg_restore(archive: Archive, url: str) -> list[str]:
    options = ["--exit-on-error", "--no-tablespaces", "--no-password"]
    return ["pg_restore", *options, f"--dbname={program_address(url)}", str(archive.path)]


def _psql(archive: Archive, url: str) -> list[str]:
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password", "--output=/dev/null"]
    return ["psql", *options, f"--dbname={program_address(url)}", f"--file={archive.path}"]


def _run_restore(
    server: Server, archive: Archive, command: list[str], url: str, settings: dict[str, str] | None = None
) -> None:
    try:
        run(server.major, command[0], command[1:], url, settings=settings)
    except ProgramFailure as failure:
        if failure.disk_is_full:
            raise OperationError(
                f"{archive.path} could not be restored to try it: the disk is full ({failure.said}).",
                next_step="free some space, or set TMPDIR to a folder that has it, then run it again",
            ) from None
        raise GateFailure(
            f"{archive.path} cannot be restored: {failure.said}.",
            next_step="see the message: the file is damaged, or needs an extension, a role or a --revision that is not"
            " there; nothing was registered",
        ) from None
