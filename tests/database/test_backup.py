"""Backups: taken in one snapshot, really restored, registered, and asked for by the gate; and every way to fail."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from servers import Database
from test_round_trips import CASES

from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy import backup_archive, backup_restoring, ledger
from rempart.deploy.backup import Backup, Origin, digest, gate, register, registered
from rempart.deploy.backup_registering import register_existing
from rempart.deploy.backup_source import held_still
from rempart.deploy.backup_taking import comparable, expected_of, printed_by, take, try_out
from rempart.environment import BackupRules, Deployment, Environment
from rempart.errors import GateFailure, OperationError, UsageError
from rempart.postgres import binaries, databases
from rempart.postgres.embedded import temporary_server
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


def test_a_backup_of_the_project_is_restored_with_every_row_and_object(
    sample_database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, sample_database.owner_url)
    marker = marked(sample_database)
    made = take(place.config, "staging")
    assert made.file(place.config.root).startswith("backups/staging/20")
    assert place.files() == sorted([made.path.name, f"{made.path.name}.json", f"{made.sha256[:16]}.json"])
    assert {file.stat().st_mode & 0o777 for file in place.folder.iterdir()} == {0o600}
    assert place.folder.stat().st_mode & 0o777 == 0o700
    assert (place.config.deployment.backups / ".gitignore").read_text().endswith("*\n")
    assert (made.database.id, made.revision, made.rows["auth.users"]) == (marker.database, "0013", 13)
    assert registered(place.config, "staging") == [made]
    assert place.gate(marker, name=sample_database.name).ok
    before = contents(sample_database.url())
    with backup_restoring.restored(place.config, made) as (server, name):
        assert contents(server.url(name)) == before
        with psycopg.connect(server.url(name, sample_database.owner), autocommit=True) as connection:
            assert ledger.marker(connection) == marker
            owner = connection.execute("select pg_get_userbyid(datdba) from pg_database where datname = %s", (name,))
            assert owner.fetchone() == (sample_database.owner,)
            member = connection.execute("select pg_has_role('authenticator', 'anon', 'set')").fetchone()
            assert member == (True,)


@pytest.mark.one_backend
@pytest.mark.slow
def test_odd_names_partitions_and_large_objects_are_backed_up_and_counted(odd: Database, place: Place) -> None:
    made = take(place.config, "staging")
    assert made.rows == {
        'Odd "one".parent table': 50,
        'Odd "one".child"s': 20,
        "public.log_2025": 7,
        "public.log_2026": 7,
        "large objects": 1,
    }
    with backup_restoring.restored(place.config, made) as (server, name):
        assert contents(server.url(name)) == contents(odd.url())


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_newer_client_serves_when_there_is_none_of_the_same_version(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with temporary_server(16) as older:
        databases.create(older, "odd")
        with psycopg.connect(older.url("odd"), autocommit=True) as connection:
            connection.execute(ODD)
            connection.execute("create table public.strict (a int not null)")
        monkeypatch.setenv(URL, older.url("odd"))
        newest = {18: binaries.installed()[18]}
        monkeypatch.setattr(binaries, "installed", lambda: newest)
        made = take(place.config, "staging")
        assert (made.server, made.restored_on) == ("Postgres 16", 18)
        monkeypatch.setattr(binaries, "installed", lambda: {})
        with pytest.raises(OperationError, match="a dump of Postgres 16 needs programs of that version or later"):
            take(place.config, "staging")
    assert len(registered(place.config, "staging")) == 1


@pytest.mark.one_backend
def test_writers_go_on_while_a_backup_is_taken(odd: Database, place: Place) -> None:
    waits: list[float] = []
    done = threading.Event()

    def write() -> None:
        with odd.connect() as connection:
            while not done.is_set():
                started = time.monotonic()
                connection.execute("insert into public.log values ('2026-05-05', 1), ('2025-05-05', 1)")
                waits.append(time.monotonic() - started)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = take(place.config, "staging")
    finally:
        done.set()
        writer.join()
    # Two partitions were written in one statement: one snapshot sees the same number in both.
    assert made.rows["public.log_2025"] == made.rows["public.log_2026"] > 7
    assert len(waits) > 50 and max(waits) < 1


@pytest.mark.one_backend
def test_a_session_that_locks_a_table_for_ever_is_named(odd: Database, place: Place) -> None:
    environment = replace(place.config.environments["staging"], lock_timeout=timedelta(milliseconds=200))
    config = replace(place.config, environments={"staging": environment})
    with odd.connect(autocommit=False) as holder:
        holder.execute("lock table public.log in access exclusive mode")
        pid = holder.info.backend_pid
        with pytest.raises(OperationError, match=rf"within 0\.2 s: process {pid} holds public\.log"):
            take(config, "staging")
    assert place.files() == []


@contextmanager
def guarded_server() -> Iterator[Server]:
    """A server on which the role `reader` has to give its password."""
    with tempfile.TemporaryDirectory(prefix="rt-hba-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        rules = Path(folder, "hba")
        rules.write_text("local all reader scram-sha-256\nlocal all all trust\n")
        rules.chmod(0o644)
        with temporary_server(settings={"hba_file": str(rules)}) as server:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(sql.SQL("create role reader login password {}").format(sql.Literal(SECRET)))
                connection.execute("create database odd")
            with psycopg.connect(server.url("odd"), autocommit=True) as connection:
                connection.execute(ODD)
            yield server


def with_password(url: str, password: str = SECRET) -> str:
    return url.replace("reader@", f"reader:{quote(password, safe='')}@")


@pytest.mark.one_backend
def test_a_role_that_may_not_read_everything_is_refused_with_what_it_lacks(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded_server() as server:
        monkeypatch.setenv(URL, server.url("odd"))
        monkeypatch.setenv("READER_URL", with_password(server.url("odd", "reader")))
        rules = BackupRules(url_env="READER_URL")
        environment = replace(place.config.environments["staging"], backup=rules)
        place = Place(replace(place.config, environments={"staging": environment}))

        def refused() -> OperationError:
            with pytest.raises(OperationError) as caught:
                take(place.config, "staging")
            assert place.files() == []
            assert "pg_read_all_data" in caught.value.next_step
            return caught.value

        with psycopg.connect(server.url("odd"), autocommit=True) as connection:
            error = refused()
            assert '"Odd ""one"""."child""s" (no USAGE on its schema)' in error.message
            assert "table public.log (no SELECT on it)" in error.message
            assert "password authentication failed" not in error.message
            connection.execute("grant pg_read_all_data to reader")
            assert "table public.log (row security would hide rows)" in refused().message
            connection.execute("alter role reader bypassrls")
            connection.execute("revoke all on schema public from public")
            # What only pg_dump itself finds out.
            if connection.info.server_version >= 180000:
                error = refused()
                assert "large object" in error.message
            connection.execute(
                "do $$ declare o oid; begin for o in select oid from pg_largeobject_metadata loop"
                " execute format('grant select on large object %s to reader', o); end loop; end $$"
            )
        made = take(place.config, "staging")
        assert made.rows["public.log_2025"] == 7
        assert place.gate(None, name="odd").ok


@pytest.mark.slow
@pytest.mark.one_backend
def test_the_password_is_seen_nowhere(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    words = entry.read_bytes()
                    if b"pg_dump\0" in words or b"pg_restore\0" in words or b"psql\0" in words:
                        seen.append(words)
            time.sleep(0.02)

    said: list[str] = []
    with guarded_server() as server:
        with psycopg.connect(server.url("odd"), autocommit=True) as connection:
            connection.execute("alter role reader superuser")
            connection.execute("create table public.big as select md5(n::text) from generate_series(1, 300000) n")
        monkeypatch.setenv(URL, with_password(server.url("odd", "reader")))
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            take(place.config, "staging", said.append, said.append)
        finally:
            done.set()
            watcher.join()
        # The wrong one: refused, and told without it.
        monkeypatch.setenv(URL, with_password(server.url("odd", "reader"), "wr0ng" + SECRET))
        with pytest.raises(OperationError) as caught:
            take(place.config, "staging", said.append, said.append)
    texts = [*said, caught.value.message, caught.value.next_step, *capfd.readouterr()]
    texts += [file.read_text() for file in place.config.root.rglob("*.json")]
    assert any(b"pg_dump" in words for words in seen)
    texts += [words.decode(errors="replace") for words in seen]
    for secret in (SECRET, quote(SECRET, safe="")):
        assert not [text for text in texts if secret in text]


@pytest.mark.one_backend
def test_a_server_that_stops_meanwhile_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with temporary_server() as server:
        databases.create(server, "odd")
        with psycopg.connect(server.url("odd"), autocommit=True) as connection:
            connection.execute("create table public.big as select md5(n::text) from generate_series(1, 300000) n")
        monkeypatch.setenv(URL, server.url("odd"))

        def stop() -> None:
            while not list(place.folder.glob("*.part")):
                time.sleep(0.005)
            os.kill(server.postmaster.pid, signal.SIGQUIT)

        stopper = threading.Thread(target=stop)
        stopper.start()
        with pytest.raises(OperationError) as caught:
            take(place.config, "staging")
        stopper.join()
    assert caught.value.exit_code == 3 and "nothing was" in caught.value.next_step
    assert place.files() == []


def _corrupt(file: Path, _database: Database) -> None:
    content = bytearray(file.read_bytes())
    content[-len(content) // 3] ^= 0xFF
    file.write_bytes(content)


def _cut_off(file: Path, _database: Database) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def _after(statement: str) -> Callable[[Path, Database], None]:
    def planted(file: Path, database: Database) -> None:
        with database.connect() as connection:
            connection.execute(statement)
        dump(database, file, "--format=custom")

    return planted


PLANTED = {
    "corrupt": (_corrupt, r"cannot be restored|cannot be read as a dump"),
    "cut off": (_cut_off, r"cannot be restored|cannot be read as a dump"),
    "a row less": (_after("delete from public.log where n = 1"), r"public\.log_2025: 7 rows in the database, 6 rows"),
    "a row more": (_after("insert into public.log values ('2026-02-02', 0)"), r"log_2026: 7 rows .*, 8 rows restored"),
    "a table less": (_after("drop table public.log cascade"), r"public\.log_2025: 7 rows .*, no such table restored"),
    "a policy less": (_after("drop policy seen on public.log"), r"policy seen on public\.log: it is missing"),
    "row security off": (_after("alter table public.log disable row level security"), r"table public\.log: it is anot"),
    "a grant more": (_after("grant select on public.log to public"), r"table public\.log: it is another one"),
    "a view more": (_after("create view public.more as select 1"), r"view public\.more: it was not there"),
}


@pytest.mark.one_backend
@pytest.mark.parametrize("planted", PLANTED)
def test_a_dump_that_is_not_what_the_database_holds_is_refused(odd: Database, tmp_path: Path, planted: str) -> None:
    plant, complaint = PLANTED[planted]
    with held_still(odd.url(), PATIENCE) as source:
        expected = expected_of(source, odd.url())
    file = dump(odd, tmp_path / "odd.dump", "--format=custom")
    assert planted != "corrupt" or try_out(file, expected) == ()
    plant(file, odd)
    with pytest.raises(GateFailure, match=complaint):
        try_out(file, expected)


@pytest.mark.slow
@pytest.mark.parametrize("newer", [False, True], ids=["same version", "newer client"])
@pytest.mark.parametrize("part", range(4))
def test_no_object_of_any_kind_is_taken_for_another_one_when_it_comes_back(
    newer: bool, part: int, tmp_path: Path
) -> None:
    with temporary_server(16 if newer else 18) as origin, temporary_server(18) as server:
        for one in (origin, server):
            with psycopg.connect(one.url(), autocommit=True) as connection:
                connection.execute('create role r1; create role r2; create role "Rôle"')
        wrong = {}
        for number, case in enumerate(CASES[part::4]):
            with databases.throwaway(origin) as name:
                made = Database(origin, name, "postgres")
                with made.connect() as connection:
                    try:
                        connection.execute((case.base + ";" + case.change).encode())
                    except psycopg.Error:
                        assert newer, "a case of 18 only"
                        continue
                archive = backup_archive.read(dump(made, tmp_path / f"{number}.dump", "--format=custom"))
                backup_restoring.load(server, f"back{number}", archive, "postgres")
                with held_still(made.url(), PATIENCE) as source:
                    expected = expected_of(source, made.url())
                before = comparable(printed_by(server, f"there{number}", expected), origin=expected.major)
            with psycopg.connect(server.url(f"back{number}"), autocommit=True) as connection:
                after = comparable(read(connection), origin=expected.major)
            if found := [f"{one.identity} {one.action} {one.changes}" for one in compare(before, after)]:
                wrong[case.name] = found
        assert wrong == {}


@pytest.mark.one_backend
def test_a_database_whose_dump_cannot_be_restored_is_not_backed_up(odd: Database, place: Place) -> None:
    with odd.connect() as connection:
        # Its body finds the table by the search path, which a restore empties.
        connection.execute(
            "create table public.zones (n int); insert into public.zones values (1);"
            "create function public.known(n int) returns boolean language sql"
            " as 'select exists (select from zones z where z.n = $1)';"
            "create table public.checked (n int check (public.known(n))); insert into public.checked values (1)"
        )
    with pytest.raises(GateFailure, match=r'cannot be restored: .*relation "zones" does not exist'):
        take(place.config, "staging")
    assert place.files() == []


MARKER = ledger.Marker("staging", "5b1f", datetime(2026, 1, 1, tzinfo=UTC))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def known(place: Place) -> Backup:
    """A registered backup, taken an hour before NOW."""
    place.folder.mkdir(parents=True)
    file = place.folder / "one.dump"
    file.write_bytes(b"PGDMP and so on")
    size, sha256 = digest(file)
    made = Backup(
        environment="staging",
        database=Origin("depot", MARKER.database, "77", "depot_owner"),
        path=file,
        size=size,
        sha256=sha256,
        format="custom",
        taken_at=NOW - timedelta(hours=1),
        clock="server",
        seconds={"dump": 0.1},
        server="Postgres 18",
        restored_on=18,
        revision="0013",
        rows={"public.t": 1},
        catalog="c0",
        validated=True,
    )
    register(place.config, made)
    return made


def test_the_gate_accepts_the_newest_backup_that_serves(place: Place, known: Backup) -> None:
    check = place.gate(MARKER, NOW)
    assert (check.name, check.ok, check.details) == ("backup", True, ())
    assert check.said == "backups/staging/one.dump, taken 2026-11-22 11:00 UTC, 60 min ago"
    # Clocks differ a little.
    assert place.gate(MARKER, known.taken_at - timedelta(minutes=4)).ok


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another database": ({"database": Origin("depot", "other", "77", "o")}, "of another database (other, not 5b1f)"),
    "before the marker": ({"database": Origin("depot", None, "77", "o")}, "before the database was marked"),
    "old": ({"taken_at": NOW - timedelta(hours=25)}, "too old: taken 25 h ago, and 24 h are allowed"),
    "future": ({"taken_at": NOW + timedelta(minutes=6)}, "it is from the future"),
    "not validated": ({"validated": False}, "it was not validated"),
    "partial": ({"partial": ("public.a", "public.b")}, "it does not hold the rows of public.a, public.b"),
    "environment": ({"environment": "production"}, "it is of production"),
    "size": ({"size": 3}, "it has 15 bytes, and 3 were registered"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_the_gate_refuses_a_backup_and_says_why(place: Place, known: Backup, reason: str) -> None:
    changes, complaint = REFUSED[reason]
    record = place.config.deployment.evidence / "staging" / "backups" / f"{known.sha256[:16]}.json"
    assert place.gate(MARKER, NOW).ok
    register(place.config, replace(known, **{**changes, "environment": "staging"}))
    if "environment" in changes:
        record.write_text(record.read_text().replace('"environment": "staging"', '"environment": "production"'))
    check = place.gate(MARKER, NOW)
    assert not check.ok and check.said.endswith("rempart backup --env staging")
    assert len(check.details) == 1 and complaint in check.details[0]


def test_the_gate_refuses_a_file_that_is_gone_swapped_or_a_record_that_was_edited(place: Place, known: Backup) -> None:
    record = place.config.deployment.evidence / "staging" / "backups" / f"{known.sha256[:16]}.json"
    text = record.read_text()
    swapped = known.path.read_bytes()
    known.path.write_bytes(swapped[:-1] + b"x")
    assert "its SHA-256 is not the one that was registered" in place.gate(MARKER, NOW).details[0]
    with pytest.raises(GateFailure, match="SHA-256"), backup_restoring.restored(place.config, known):
        pass
    known.path.unlink()
    assert "the file is not there any more" in place.gate(MARKER, NOW).details[0]
    known.path.write_bytes(swapped)
    record.write_text(text.replace(known.sha256, "0" * 64))
    assert "the record was edited" in place.gate(MARKER, NOW).details[0]
    for broken in ("{", "[]", "{}", '{"version": 2}', text.replace('"rows"', '"lines"')):
        record.write_text(broken)
        check = place.gate(MARKER, NOW)
        assert not check.ok and "the record cannot be used" in check.details[0]
        assert registered(place.config, "staging") == []
    record.unlink()
    assert place.gate(MARKER, NOW).details == ("no backup of staging is registered",)


@pytest.mark.one_backend
def test_a_database_without_marker_is_known_by_its_name_and_server(
    server: Server, odd: Database, place: Place, known: Backup
) -> None:
    with odd.connect() as connection:
        (system,) = connection.execute("select system_identifier::text from pg_control_system()").fetchone() or ("",)

    def said(**changes: Any) -> str:
        register(place.config, replace(known, database=replace(known.database, **changes)))
        check = place.gate(None, NOW)
        return "" if check.ok else str(check.details[0])

    assert said(id=None, system=system) == ""
    assert "a database of that name on another server" in said(id=None, system="77")
    assert "nothing tells which server it is of" in said(id=None, system=None)
    assert "it is of the database shop, not depot" in said(id=None, system=system, name="shop")
    assert "this one is not marked yet" in said(system=system)


@pytest.mark.one_backend
def test_a_database_that_says_it_is_another_environment_is_not_backed_up(
    depot_database: Database, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(URL, depot_database.owner_url)
    marked(depot_database, "production")
    with pytest.raises(UsageError, match="says it is production"):
        take(place.config, "staging")
    file = dump(depot_database, tmp_path / "x.dump", "--format=custom")
    with pytest.raises(UsageError, match="is of production, as its marker says"):
        register_existing(place.config, "staging", file)
    assert place.files() == []


FORMATS = {
    "custom": ["--format=custom"],
    "directory": ["--format=directory"],
    "tar": ["--format=tar"],
    "plain": ["--format=plain"],
}


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("written", "data_only"),
    [
        ("custom", False),
        ("plain", False),
        ("custom", True),
        ("plain", True),
        pytest.param("directory", False, marks=pytest.mark.slow),
        pytest.param("tar", False, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_an_existing_dump_is_restored_and_registered(
    sample_database: Database,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    written: str,
    data_only: bool,
) -> None:
    monkeypatch.setenv(URL, sample_database.owner_url)
    marker = marked(sample_database)
    options = [*FORMATS[written], *(["--data-only"] if data_only else [])]
    file = dump(sample_database, tmp_path / "by_hand", *options)
    if data_only:
        with pytest.raises(UsageError, match="holds rows and no schema"):
            register_existing(place.config, "staging", file)
    made = register_existing(place.config, "staging", file, "0013" if data_only else None)
    assert (made.format, made.data_only, made.revision) == (written, data_only, "0013")
    assert made.database.id == marker.database
    assert registered(place.config, "staging") == [made]
    assert place.gate(marker, name=sample_database.name).ok
    with backup_restoring.restored(place.config, made) as (server, name):
        assert contents(server.url(name)) == contents(sample_database.url())
        with psycopg.connect(server.url(name)) as connection:
            guards = "select count(*) from pg_trigger where tgenabled = 'A'"
            assert connection.execute(guards).fetchone() == sample_database.connect().execute(guards).fetchone()
    # The negative control of the whole: another file under that name.
    changed = next(file.glob("*.dat*")) if file.is_dir() else file
    changed.write_bytes(changed.read_bytes() + b" ")
    assert not place.gate(marker, name=sample_database.name).ok


@pytest.mark.one_backend
@pytest.mark.slow
def test_a_dump_by_hand_of_an_unmarked_database_is_registered_but_proves_nothing(
    depot_database: Database, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, depot_database.owner_url)
    file = dump(depot_database, tmp_path / "x.dump", "--format=custom", "--exclude-table-data=public.clients")
    notes: list[str] = []
    made = register_existing(place.config, "staging", file, note=notes.append)
    assert made.partial == ("public.clients",) and "does not hold the rows of public.clients" in notes[0]
    assert "nothing tells which server" in place.gate(None, name=depot_database.name).details[0]
    with pytest.raises(UsageError, match="is of revision 0013, as it says itself, and not 0012"):
        register_existing(place.config, "staging", file, "0012")


@pytest.mark.slow
@pytest.mark.one_backend
def test_rows_that_refer_to_nothing_are_reported(
    sample_database: Database, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, sample_database.owner_url)
    file = dump(sample_database, tmp_path / "rows.sql", "--data-only")
    lines = file.read_text().splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("COPY public.depots "))
    del lines[start + 1]
    file.write_text("".join(lines))
    with pytest.raises(GateFailure, match=r"hang in the air: .*depot_id_fkey on public\.citernes: \d+ rows refer to"):
        register_existing(place.config, "staging", file, "0013")
    assert place.files() == []
    # What the dump does not hold cannot be judged: told, not refused; and no gate takes it.
    file = dump(sample_database, tmp_path / "public.dump", "--format=custom", "--data-only", "--schema=public")
    notes: list[str] = []
    made = register_existing(place.config, "staging", file, "0013", note=notes.append)
    assert any("not decided, the dump does not hold the rows of auth.users" in note for note in notes)
    assert "auth.users" in made.partial


@pytest.mark.one_backend
def test_foreign_keys_of_odd_names_and_matches_are_verified(odd: Database) -> None:
    with odd.connect() as connection:
        connection.execute(
            "create table public.pair (a int, b int, primary key (a, b));"
            "create table public.full_pair (a int, b int, foreign key (a, b) references public.pair match full);"
            "create table public.simple_pair (a int, b int, foreign key (a, b) references public.pair);"
            'create table public.late (x int); alter table public.late add constraint "late ""key""" foreign key (x)'
            ' references "Odd ""one"""."parent table" not valid'
        )
        assert backup_restoring.hanging(connection, set()) == []
        connection.execute("set session_replication_role = replica")
        connection.execute('update "Odd ""one"""."child""s" set "p id" = 99 where a < 3')
        connection.execute("insert into public.full_pair values (1, null)")
        connection.execute("insert into public.simple_pair values (1, null)")
        connection.execute("insert into public.late values (77)")
        found = {one.name: (one.rows, one.reason) for one in backup_restoring.hanging(connection, set())}
        lacking = {one.name: one.rows for one in backup_restoring.hanging(connection, {"public.pair"})}
    assert found == {
        'child"s_p id_fkey on "Odd ""one"""."child""s"': (2, ""),
        "full_pair_a_b_fkey on public.full_pair": (1, ""),
        'late "key" on public.late': (1, "it is not valid in the schema either"),
    }
    assert lacking["full_pair_a_b_fkey on public.full_pair"] is None


@pytest.mark.one_backend
def test_what_is_no_dump_of_one_database_with_rows_is_refused(odd: Database, place: Place, tmp_path: Path) -> None:
    def complaint(file: Path, kind: type[Exception] = UsageError) -> str:
        with pytest.raises(kind) as caught:
            register_existing(place.config, "staging", file)
        return str(caught.value)

    assert "no such file" in complaint(tmp_path / "none.dump")
    assert "it has no toc.dat" in complaint(tmp_path)
    plain = dump(odd, tmp_path / "x.sql")
    (tmp_path / "x.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert "compressed by gzip" in complaint(tmp_path / "x.gz")
    (tmp_path / "notes.txt").write_text("select 1;\n")
    assert "does not say by which pg_dump" in complaint(tmp_path / "notes.txt")
    (tmp_path / "all.sql").write_text(f"\\connect odd\n{plain.read_text()}")
    assert "by pg_dumpall" in complaint(tmp_path / "all.sql")
    assert "holds no rows" in complaint(dump(odd, tmp_path / "s.dump", "--format=c", "--schema-only"), GateFailure)
    whole = dump(odd, tmp_path / "w.dump", "--format=c")
    _cut_off(whole, odd)
    assert "cannot be re" in complaint(whole, GateFailure)
    with pytest.raises(UsageError, match="there is no environment elsewhere"):
        register_existing(place.config, "elsewhere", plain)
    assert place.files() == []


@pytest.mark.one_backend
def test_an_extension_that_is_not_here_is_left_out_and_told(server: Server, odd: Database, tmp_path: Path) -> None:
    with odd.connect() as connection:
        connection.execute("create extension vector; comment on extension vector is 'here'")
    archive = backup_archive.read(dump(odd, tmp_path / "x.dump", "--format=custom"))
    with temporary_server(18, {"extension_control_path": "/nowhere"}) as bare:
        assert backup_restoring.load(bare, "odd", archive, "postgres") == ("extension vector",)
        assert contents(bare.url("odd")) == contents(odd.url())
        with odd.connect() as connection:
            connection.execute("create table public.needing (v vector(3))")
        archive = backup_archive.read(dump(odd, tmp_path / "y.dump", "--format=custom"))
        with pytest.raises(GateFailure, match="vector"):
            backup_restoring.load(bare, "odd2", archive, "postgres")
