"""Backups: taken in one snapshot, really restored, compared with the database; and every way to fail."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from amount import Amount, amount
from backup_fixtures import ODD, PATIENCE, SECRET, URL, Place, contents, cut_off, dump, marked
from places import short_root
from psycopg import sql
from servers import Database
from test_round_trips import CASES

from rempart.catalog.read import read
from rempart.deploy.backups import archive_file, restoring
from rempart.deploy.backups.register import registered
from rempart.deploy.backups.source import held_still
from rempart.deploy.backups.taking import comparable, expected_of, take, try_out, unlike
from rempart.deploy.record import ledger
from rempart.environment import BackupRules
from rempart.errors import GateFailure, OperationError
from rempart.postgres import binaries, databases
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server

pytest_plugins = ["backup_fixtures"]

PARTS = 12  # of the cases of the round trips


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
    with restoring.restored(place.config, made) as (server, name):
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
    with restoring.restored(place.config, made) as (server, name):
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
    written, stopped = 0, False
    done = threading.Event()

    def write() -> None:
        nonlocal written, stopped
        with odd.connect() as connection:
            connection.execute("set lock_timeout = '1s'")
            while not done.is_set() and not stopped:
                try:
                    connection.execute("insert into public.log values ('2026-05-05', 1), ('2025-05-05', 1)")
                    written += 1
                except psycopg.errors.LockNotAvailable:
                    stopped = True

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written and writer.is_alive():
            time.sleep(0.01)
        made = take(place.config, "staging")
    finally:
        done.set()
        writer.join()
    # Two partitions were written in one statement: one snapshot sees the same number in both.
    assert made.rows["public.log_2025"] == made.rows["public.log_2026"] > 7
    assert written > 50 and not stopped


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
    with tempfile.TemporaryDirectory(prefix="rt-hba-", dir=short_root()) as folder:
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


def _after(statement: str) -> Callable[[Path, Database], None]:
    def planted(file: Path, database: Database) -> None:
        with database.connect() as connection:
            connection.execute(statement)
        dump(database, file, "--format=custom")

    return planted


PLANTED = {
    "corrupt": (_corrupt, r"cannot be restored|cannot be read as a dump"),
    "cut off": (cut_off, r"cannot be restored|cannot be read as a dump"),
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
@pytest.mark.parametrize("part", range(PARTS if amount() is Amount.EVERYTHING else 1))
def test_no_object_of_any_kind_is_taken_for_another_one_when_it_comes_back(
    newer: bool, part: int, tmp_path: Path
) -> None:
    with temporary_server(16 if newer else 18) as origin, temporary_server(18) as server:
        for one in (origin, server):
            with psycopg.connect(one.url(), autocommit=True) as connection:
                connection.execute('create role r1; create role r2; create role "Rôle"')
        wrong = {}
        for number, case in enumerate(CASES[part::PARTS]):
            with databases.throwaway(origin) as name:
                made = Database(origin, name, "postgres")
                with made.connect() as connection:
                    try:
                        connection.execute((case.base + ";" + case.change).encode())
                    except psycopg.Error:
                        assert newer, "a case of 18 only"
                        continue
                archive = archive_file.read(dump(made, tmp_path / f"{number}.dump", "--format=custom"))
                restoring.load(server, f"back{number}", archive, "postgres")
                with held_still(made.url(), PATIENCE) as source:
                    expected = expected_of(source, made.url())
                with psycopg.connect(server.url(f"back{number}"), autocommit=True) as connection:
                    after = comparable(read(connection), origin=expected.major)
                differing = unlike(server, f"there{number}", expected, after)
            if found := [f"{one.identity} {one.action} {one.changes}" for one in differing]:
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
