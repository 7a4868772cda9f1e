"""The schema of a live database, brought over to another server by pg_dump and psql."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib import resources

from psycopg import sql

from rempart.errors import OperationError
from rempart.postgres.server import Server, connect, masked, parse, program_address

_SHOWN = 5


class TablesLocked(OperationError):
    """A table could not be read for the dump: somebody holds a lock on it that lets nobody read."""


def bring_over(
    url: str,
    server: Server,
    database: str,
    lock_timeout: timedelta = timedelta(seconds=30),
    *,
    rewritten: Callable[[str], str] = str,
) -> None:
    """Copy the schema of a live database, without rows, into an empty database of another server.

    The roles that the schema names are made there too, without any attribute or membership.

    Args:
        url: The live database; only read.
        server: The other server; its programs must be at least as new as the live one.
        database: Name of the empty database.
        lock_timeout: How long to wait for tables that are locked.
        rewritten: Rewrites the script of the dump before it is run; as it is, by default.

    Raises:
        TablesLocked: They still were.
        OperationError: The role may not read a table, programs are missing, or the dump or a statement of it failed.
    """
    with connect(url) as live:
        live.execute("set default_transaction_read_only = on")
        roles = [str(row[0]) for row in live.execute(_query("other_roles"))]
    with connect(server.url(database)) as target:
        known = {str(row[0]) for row in target.execute("select rolname from pg_catalog.pg_roles")}
        for role in roles:
            if role not in known:
                target.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
    wait = f"--lock-wait-timeout={round(lock_timeout.total_seconds() * 1000)}ms"
    try:
        dump = _run(server, "pg_dump", ["--schema-only", wait, f"--dbname={program_address(url)}"], url)
    except TablesLocked:
        _refuse_not_dumpable(url)
        raise
    text = rewritten(dump.decode())
    if "\nCREATE SCHEMA public;" in text:
        # It is not the one that every new database has, so the dump makes it.
        text = "DROP SCHEMA public;\n" + text
    arguments = [
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
        f"--dbname={program_address(server.url(database))}",
    ]
    _run(server, "psql", arguments, server.url(database), text.encode())


def _run(server: Server, program: str, arguments: Sequence[str], url: str, given: bytes | None = None) -> bytes:
    if server.bin_dir is None:
        raise OperationError(f"{server.label} has no {program} of its own.", "Use an embedded server.")
    environment = dict(os.environ)
    if password := parse(url).get("password"):
        environment["PGPASSWORD"] = str(password)
    command = [str(server.bin_dir / program), *arguments]
    ran = subprocess.run(command, input=given, env=environment, capture_output=True, check=False)
    if ran.returncode:
        said = masked(ran.stderr.decode(errors="replace")).strip().splitlines()
        if program == "pg_dump" and any("LOCK TABLE" in line for line in said):
            raise TablesLocked(
                f"a table of {masked(url)} could not be read in time: a lock on it lets nobody read",
                "Wait for the session that holds it to end, or end it, then run the same command again.",
            )
        raise OperationError(
            f"{program} of {masked(url)} failed: {' '.join(said[:3])}",
            "See the message; a database that needs extensions this machine has not cannot be brought over.",
        )
    return ran.stdout


def _refuse_not_dumpable(url: str) -> None:
    """Name the tables that the role has no privilege on: pg_dump fails at their lock, as at one that was not had."""
    with connect(url) as live:
        refused = [f"{name} ({why})" for name, why in live.execute(_query("not_dumpable"))]
        role = live.info.user
    if refused:
        more = f"; and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
        raise OperationError(
            f"the role {role} may not read the tables {'; '.join(refused[:_SHOWN])}{more}:"
            " the schema cannot be copied. Nothing was changed.",
            "Make them the owner's (alter table … owner to …), grant the role SELECT on them, or drop them.",
        )


def _query(name: str) -> bytes:
    return resources.files(__package__).joinpath(f"sql/{name}.sql").read_bytes()
