"""A project that is backed up, and a database with odd names.

A plugin of the modules that use it (`pytest_plugins = ["backup_fixtures"]`).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from servers import Database

from rempart.config import Config
from rempart.deploy.backups.register import gate
from rempart.deploy.record import ledger
from rempart.environment import BackupRules, Deployment, Environment
from rempart.postgres import binaries, databases
from rempart.postgres.server import Server

URL = "BACKUP_TEST_URL"
SECRET = "p4ss:w/rd@é"
PATIENCE = timedelta(seconds=3)

ODD = '''
create schema "Odd ""one""";
create table "Odd ""one"""."parent table" (id int primary key, "Nom é" text);
create table "Odd ""one"""."child""s" (
    a int, b int generated always as identity, "p id" int references "Odd ""one"""."parent table"
);
insert into "Odd ""one"""."parent table" select n, repeat('é', n % 7) from generate_series(1, 50) n;
insert into "Odd ""one"""."child""s" (a, "p id") select n, n from generate_series(1, 20) n;
create table public.log (at date, n int) partition by range (at);
create table public.log_2025 partition of public.log for values from ('2025-01-01') to ('2026-01-01');
create table public.log_2026 partition of public.log for values from ('2026-01-01') to ('2027-01-01');
insert into public.log select date '2025-12-25' + n, n from generate_series(0, 13) n;
alter table public.log enable row level security;
create policy seen on public.log using (n > 3);
create view public.recent with (security_invoker = true) as select * from public.log where at > '2026-01-01';
create materialized view public.counted as select count(*) from public.log;
select lo_from_bytea(0, 'large');
'''


@dataclass(frozen=True)
class Place:
    """A project in a folder of its own, whose environment `staging` is a database of the test."""

    config: Config

    @property
    def folder(self) -> Path:
        return self.config.deployment.backups / "staging"

    def files(self) -> list[str]:
        """What backups left, with the register."""
        found = [*self.folder.rglob("*"), *self.config.deployment.evidence.rglob("*.json")]
        return sorted(file.name for file in found if file.is_file())

    def gate(self, marker: ledger.Marker | None, now: datetime | None = None, name: str = "depot") -> Any:
        return gate(self.config, "staging", marker, now or datetime.now(UTC), name)


@pytest.fixture
def place(tmp_path: Path, config: Config) -> Place:
    environment = Environment("staging", URL, lock_timeout=PATIENCE, backup=BackupRules(max_age=timedelta(hours=24)))
    return Place(
        replace(
            config,
            root=tmp_path,
            environments={"staging": environment},
            deployment=Deployment(evidence=tmp_path / "evidence", backups=tmp_path / "backups"),
        )
    )


@pytest.fixture
def odd(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database with odd names, partitions, row security, a materialized view and a large object."""
    with databases.throwaway(server) as name:
        made = Database(server, name, "postgres")
        with made.connect() as connection:
            connection.execute(ODD)
        monkeypatch.setenv(URL, made.url())
        yield made


def contents(url: str) -> dict[str, str]:
    """A digest of the rows of every table, by a query of this test's own."""
    listed = (
        "select format('%I.%I', table_schema, table_name) from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema !~ '^pg_' and table_schema <> 'information_schema'"
    )
    with psycopg.connect(url) as connection:
        connection.execute("set row_security = off")
        return {
            name: connection.execute(
                f"select coalesce(md5(string_agg(t::text, '|' order by t::text collate \"C\")), '') from {name} t"
            ).fetchone()[0]  # type: ignore[index]
            for (name,) in connection.execute(listed).fetchall()
        }


def dump(database: Database, file: Path, *options: str) -> Path:
    """A dump by pg_dump, as somebody would take it without rempart."""
    program = database.server.bin_dir or binaries.installed()[18].bin_dir
    command = [program / "pg_dump", *options, f"--file={file}", f"--dbname={database.url()}"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return file


def marked(database: Database, environment: str = "staging") -> ledger.Marker:
    with database.connect(database.owner) as connection:
        ledger.ensure(connection)
        return ledger.mark(connection, environment)


def cut_off(file: Path, _database: Database) -> None:
    """Take the end of a dump away."""
    file.write_bytes(file.read_bytes()[:-2000])
