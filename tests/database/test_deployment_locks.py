"""Deployments and those who work with the database meanwhile: who waits for whom, for how long, and who is told."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from fault_project import VARIABLE, Forked, fault_project, revision_file
from mini_project import Project
from psycopg.conninfo import conninfo_to_dict

from rempart.config import Config
from rempart.deploy import ledger
from rempart.postgres import databases, platform
from rempart.postgres.server import Server

pytestmark = [pytest.mark.one_backend, pytest.mark.slow]

OWNER = "depot_owner"
HOLDER = "a report that never ends"
APPLY = ("apply", "--env", "staging")
LOCK_TIMEOUT = 1.0
MARGIN = 1.5  # seconds; the machine that runs the tests does other things too


@dataclass
class Staging:
    """A database of the project with its first revision."""

    project: Project
    server: Server
    name: str

    def url(self, user: str = OWNER) -> str:
        return self.server.url(self.name, user)

    def run(self, *arguments: str) -> Any:
        return self.start(*arguments).wait()

    def start(self, *arguments: str) -> Forked:
        return Forked(self.project, arguments or APPLY, {VARIABLE: self.url()})

    def connect(self, name: str = HOLDER, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(), autocommit=autocommit, application_name=name)

    def one(self, query: str) -> Any:
        with self.connect() as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
            return None if row is None else row[0]

    @property
    def journal(self) -> list[str]:
        with self.connect() as connection:
            return [row[0] for row in connection.execute("select said from public.journal order by said")]

    @property
    def revision(self) -> str:
        return str(self.one("select version_num from rempart.alembic_version"))

    def kinds(self) -> list[str]:
        with self.connect() as connection:
            found = ledger.entries(connection)
        assert ledger.problems(found) == []
        return [entry.kind for entry in found]

    def write(
        self, revision: str, up: str, down: str = "select 1", *, outside: bool = False, after: str = "0001"
    ) -> None:
        """Put a revision in the place of all that follow one."""
        for file in (self.project.root / "migrations" / "versions").glob("*.py"):
            if file.name[:4] > after:
                file.unlink()
        text = revision_file(revision, after, up, down, outside=outside)
        self.project.write(f"migrations/versions/{revision}_step.py", text)

    def configure(self, **values: str) -> None:
        file = self.project.root / "pyproject.toml"
        kept = [line for line in file.read_text().splitlines() if line.partition(" =")[0] not in values]
        file.write_text("\n".join([*kept, *(f"{key} = {value}" for key, value in values.items())]) + "\n")


@pytest.fixture
def staging(server: Server) -> Iterator[Staging]:
    with fault_project() as project, databases.throwaway(server) as name:
        platform.install(server, name, Config.find(project.root).platform, OWNER)
        made = Staging(project, server, name)
        made.configure(lock_timeout='"1s"', statement_timeout='"20s"', attempts="3")
        ran = made.run(*APPLY, "--to", "0001")
        assert ran.code == 0, ran
        yield made


def wait_for(staging: Staging, query: str, seconds: float = 60.0) -> Any:
    """Ask until there is an answer that is not null and not false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := staging.one(query):
            return found
        time.sleep(0.01)
    raise AssertionError(f"never true: {query}")


SLEEPS = (
    "select pid from pg_catalog.pg_stat_activity where query like '%pg_sleep%' and pid <> pg_catalog.pg_backend_pid()"
)
LOCK_SESSION = "select pid from pg_catalog.pg_stat_activity where application_name like 'rempart apply%' limit 1"


def slow(seconds: float) -> str:
    return f"select pg_catalog.pg_sleep({seconds}); insert into public.journal values ('0002')"


def test_a_second_deployment_leaves_at_once_and_says_who_holds_the_lock(staging: Staging) -> None:
    staging.write("0002", slow(4))
    first = staging.start()
    pid = wait_for(staging, LOCK_SESSION)
    second = staging.run()
    assert second.code == 3, second
    assert "another deployment holds the lock of staging: rempart apply by " in second.errors
    assert f"(process {pid}, role {OWNER}, from a local session, for " in second.errors
    assert "--wait SECONDS" in second.errors
    assert first.wait().code == 0
    assert staging.journal == ["0001", "0002"]


def test_a_second_deployment_that_waits_finds_nothing_to_do(staging: Staging) -> None:
    staging.write("0002", slow(2))
    first = staging.start()
    wait_for(staging, LOCK_SESSION)
    second = staging.start(*APPLY, "--wait", "60")
    assert first.wait().code == 0
    ran = second.wait()
    assert ran.code == 0, ran
    assert "nothing to do" in ran.output
    assert staging.journal == ["0001", "0002"]
    assert staging.kinds().count("revision") == 2


def test_waiting_for_a_deployment_ends_when_it_was_told_to(staging: Staging) -> None:
    with staging.connect() as holder:
        holder.execute("select pg_catalog.pg_advisory_lock(1380277584, 1)")
        began = time.monotonic()
        ran = staging.run(*APPLY, "--wait", "1")
        assert ran.code == 3 and f"holds the lock of staging: {HOLDER}" in ran.errors, ran
        assert time.monotonic() - began < 15


class Writer:
    """Somebody who writes into a table all the time, and knows the longest it took."""

    def __init__(self, staging: Staging, statement: str) -> None:
        self.longest, self.written = 0.0, 0
        self._over = threading.Event()
        self._staging, self._statement = staging, statement
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        with self._staging.connect("writer") as connection:
            while not self._over.is_set():
                began = time.monotonic()
                connection.execute(self._statement)  # type: ignore[arg-type]
                self.longest = max(self.longest, time.monotonic() - began)
                self.written += 1
                time.sleep(0.01)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the writer waits still"


ADD_COLUMN = "alter table public.tank add column level numeric; insert into public.journal values (''0002'')".replace(
    "''", "'"
)
WRITE = "update public.tank set label = label where id = 1"


def test_a_reader_that_never_ends_stops_the_deployment_and_no_writer_for_longer_than_the_limit(
    staging: Staging,
) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as reader:
        reader.execute("select count(*) from public.tank")
        with Writer(staging, WRITE) as writer:
            ran = staging.run()
        assert ran.code == 3, ran
        pid = reader.info.backend_pid
        assert f"after 3 attempts tank is held by process {pid} ({HOLDER}, role {OWNER}, its transaction open for" in (
            ran.errors.replace("public.tank", "tank")
        )
        assert "End that session" in ran.errors
        assert "attempt 1 of 3" in ran.errors and "attempt 2 of 3" in ran.errors
        assert writer.written > 20
        assert writer.longest < LOCK_TIMEOUT + MARGIN, f"a writer waited for {writer.longest:.1f} s"
        assert writer.longest > LOCK_TIMEOUT / 2, "it never waited: the reader stopped nothing"
        assert staging.revision == "0001"
    assert staging.kinds()[-1] == "failed"
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.journal == ["0001", "0002"]


def test_the_deployment_goes_on_when_the_reader_ends_in_time(staging: Staging) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as reader:
        reader.execute("select count(*) from public.tank")
        running = staging.start()
        wait_for(staging, "select true from pg_catalog.pg_locks where not granted and mode = 'AccessExclusiveLock'")
        time.sleep(LOCK_TIMEOUT / 2)
        reader.rollback()
        ran = running.wait()
    assert ran.code == 0, ran
    assert staging.journal == ["0001", "0002"]


def test_several_waits_of_one_revision_are_limited_in_sum(staging: Staging) -> None:
    """Each wait is shorter than lock_timeout; a writer of the table locked first would wait for all of them."""
    tables = [f"public.busy_{number}" for number in range(6)]
    with staging.connect() as connection:
        for table in tables:
            connection.execute(f"create table {table} (id int)")  # type: ignore[arg-type]
    locks = "\n".join(f"lock table {table} in access exclusive mode;" for table in tables)
    staging.write("0002", f"{ADD_COLUMN};\n{locks}")
    over = threading.Event()

    def hold(table: str) -> None:
        """Have the table for most of the limit, again and again, from the moment somebody waits for it."""
        with staging.connect(autocommit=False) as connection, staging.connect() as looking:
            while not over.is_set():
                connection.execute(f"lock table {table} in access share mode")  # type: ignore[arg-type]
                while not over.is_set():
                    row = looking.execute(
                        "select true from pg_catalog.pg_locks where not granted and relation = %s::pg_catalog.regclass",
                        (table,),
                    ).fetchone()
                    if row is not None:
                        over.wait(LOCK_TIMEOUT * 0.6)
                        break
                    time.sleep(0.01)
                connection.rollback()
                time.sleep(0.2)

    holders = [threading.Thread(target=hold, args=(table,), daemon=True) for table in tables]
    for thread in holders:
        thread.start()
    try:
        time.sleep(0.3)
        with Writer(staging, WRITE) as writer:
            ran = staging.run()
    finally:
        over.set()
        for thread in holders:
            thread.join(10)
    assert writer.longest < LOCK_TIMEOUT + MARGIN, f"a writer waited for {writer.longest:.1f} s: {ran}"
    assert ran.code == 3, ran
    assert HOLDER in ran.errors and "after 3 attempts" in ran.errors, ran
    assert staging.revision == "0001"


def test_a_table_that_nobody_may_read_stops_the_deployment_before_anything_begins(staging: Staging) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as holder:
        holder.execute("lock table public.tank in access exclusive mode")
        ran = staging.run()
        assert ran.code == 3, ran
        assert "could not be read in time: a lock on it lets nobody read: " in ran.errors, ran
        assert f"process {holder.info.backend_pid} holds public.tank ({HOLDER}). Nothing was changed" in ran.errors
    assert staging.run().code == 0


def test_a_session_that_holds_the_ledger_stops_the_deployment(staging: Staging) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as holder:
        holder.execute("lock table rempart.deployment_ledger in share row exclusive mode")
        ran = staging.run()
        assert ran.code == 3, ran
        assert "the deployment ledger: another transaction writes to it" in ran.errors, ran
        assert staging.revision == "0001"
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.journal == ["0001", "0002"]
    checked = staging.run("evidence", "verify", "--env", "staging")
    assert checked.code == 0, checked


def test_a_revision_is_not_committed_when_the_lock_is_lost_meanwhile(staging: Staging) -> None:
    staging.write("0002", slow(2))
    running = staging.start()
    wait_for(staging, SLEEPS)
    with staging.connect() as connection:
        connection.execute(
            "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
            " where application_name like 'rempart apply%'"
        )
    ran = running.wait()
    assert ran.code == 3, ran
    assert "the session that held the deployment lock is gone: another deployment may have begun" in ran.errors
    assert staging.revision == "0001" and staging.journal == ["0001"]
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.journal == ["0001", "0002"]
    assert staging.run("evidence", "verify", "--env", "staging").code == 0


def test_a_killed_deployment_frees_its_tables_soon_although_its_statement_goes_on(staging: Staging) -> None:
    staging.write("0002", f"lock table public.tank in access exclusive mode; {slow(15)}")
    running = staging.start()
    wait_for(staging, SLEEPS)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    began = time.monotonic()
    with staging.connect() as connection:
        connection.execute(WRITE)
    assert time.monotonic() - began < 8, "the server went on for a client that is dead"
    staging.write("0002", slow(0))
    ran = staging.run()
    assert ran.code == 0, ran
    assert "was interrupted; nothing was committed" in ran.errors
    assert staging.journal == ["0001", "0002"]


def test_a_statement_that_takes_too_long_is_ended_and_not_tried_again(staging: Staging) -> None:
    staging.configure(statement_timeout='"2s"')
    staging.write(
        "0002",
        "do $$ begin if pg_catalog.current_setting('cluster_name') <> '' and"
        " (select count(*) from public.tank) > 0 then perform pg_catalog.pg_sleep(10); end if; end $$",
    )
    began = time.monotonic()
    ran = staging.run()
    assert ran.code == 3, ran
    assert (
        "upgrade of revision 0002 failed and was rolled back: canceling statement due to statement timeout"
        in ran.errors
    )
    assert "attempt" not in ran.errors
    assert time.monotonic() - began < 30
    assert staging.revision == "0001"


DUPLICATES = "insert into public.tank select n + 100, 'tank ' || n from pg_catalog.generate_series(1, 3) n"
UNIQUE = "create unique index concurrently tank_label on public.tank (label)"


def test_an_index_that_cannot_be_built_is_named_shown_and_rebuilt(staging: Staging) -> None:
    staging.write("0002", UNIQUE, "drop index concurrently public.tank_label", outside=True)
    with staging.connect() as connection:
        connection.execute(DUPLICATES)
    ran = staging.run()
    assert ran.code == 3, ran
    assert "revision 0002" in ran.errors and "could not create unique index" in ran.errors, ran
    assert "left INVALID, and rebuilt by the next run: " in ran.errors and "tank_label" in ran.errors, ran
    shown = staging.run("status", "--env", "staging")
    assert shown.code == 0 and "index tank_label: left by a failure" in shown.output, shown
    again = staging.run()
    assert again.code == 3 and "could not create unique index" in again.errors, again
    with staging.connect() as connection:
        connection.execute("delete from public.tank where id > 100")
    ran = staging.run()
    assert ran.code == 0, ran
    assert "index public.tank_label was left INVALID" in ran.errors.replace('"', ""), ran
    assert staging.one("select indisvalid from pg_catalog.pg_index where indexrelid = 'public.tank_label'::regclass")
    assert staging.revision == "0002"
    shown = staging.run("status", "--env", "staging")
    assert "left by a failure" not in shown.output
    assert staging.run("evidence", "verify", "--env", "staging").code == 0


def test_an_index_waits_for_an_old_transaction_without_stopping_writers(staging: Staging) -> None:
    staging.write(
        "0002",
        "create index concurrently tank_label on public.tank (label)",
        "drop index concurrently public.tank_label",
        outside=True,
    )
    with staging.connect(autocommit=False) as reader:
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select count(*) from public.tank")
        reader.execute("update public.tank set label = label where id = 2")
        with Writer(staging, WRITE) as writer:
            running = staging.start()
            wait_for(staging, "select true from pg_catalog.pg_locks where not granted and locktype = 'virtualxid'")
            time.sleep(LOCK_TIMEOUT * 1.5)
            assert running.poll() is None, running.wait()
            reader.rollback()
            ran = running.wait()
    assert ran.code == 0, ran
    assert writer.longest < LOCK_TIMEOUT, f"a writer waited for {writer.longest:.1f} s"


def _fails_its_check(staging: Staging, up: str) -> Any:
    """A good revision, then one whose effect is not the one it had on the copy."""
    staging.write(
        "0002", "alter table public.tank add column level numeric; insert into public.journal values ('0002')"
    )
    staging.write("0003", up, after="0002")
    ran = staging.run()
    assert ran.code == 1, ran
    assert staging.revision == "0002" and staging.journal == ["0001", "0002"], "the revision before it stays"
    assert staging.kinds()[-1] == "failed"
    return ran


def test_a_revision_that_does_something_else_than_on_the_copy_is_rolled_back(staging: Staging) -> None:
    """There are no rows on the copy."""
    ran = _fails_its_check(
        staging,
        "do $$ begin if exists (select from public.tank) then create table public.surprise (id int);"
        " alter table public.surprise enable row level security; end if; end $$",
    )
    assert (
        "the upgrade of revision 0003 was rolled back, for a check before its commit said no: catalog: " in ran.errors
    )
    assert "table public.surprise changed, and did not on the copy" in ran.errors
    assert staging.one("select pg_catalog.to_regclass('public.surprise')") is None


def test_a_revision_that_opens_rows_to_everybody_is_rolled_back(staging: Staging) -> None:
    ran = _fails_its_check(
        staging,
        "grant select on public.tank to anon; create policy tank_anon on public.tank for select to anon using (true)",
    )
    assert "anon: anon reads public.tank" in ran.errors
    assert not staging.one("select pg_catalog.has_table_privilege('anon', 'public.tank', 'select')")


def test_what_a_check_says_no_to_can_be_accepted_with_a_reason(staging: Staging) -> None:
    staging.write(
        "0002", "grant select on public.tank to anon; create policy p on public.tank for select to anon using (true)"
    )
    ran = staging.run(*APPLY, "--override", "anon", "--reason", "the list of tanks is public")
    assert ran.code == 0, ran
    assert staging.revision == "0002"


def test_another_environment_is_refused(staging: Staging) -> None:
    file = staging.project.root / "pyproject.toml"
    file.write_text(file.read_text().replace("environments.staging", "environments.production"))
    ran = staging.run("apply", "--env", "production")
    assert ran.code == 2, ran
    assert f"the database {staging.name} says it is staging, and production was asked for" in ran.errors
    assert VARIABLE in ran.errors
    assert staging.kinds()[-1] == "finished"


def test_app_env_that_contradicts_is_refused(staging: Staging) -> None:
    variables = {VARIABLE: staging.url(), "APP_ENV": "production"}
    ran = Forked(staging.project, APPLY, variables).wait()
    assert ran.code == 2, ran
    assert "APP_ENV says production, and the environment asked for is staging" in ran.errors
    agreed = Forked(staging.project, ("status", "--env", "staging"), variables | {"APP_ENV": "staging"}).wait()
    assert agreed.code == 0, agreed


def test_no_password_is_shown_by_a_deployment_that_cannot_connect(staging: Staging) -> None:
    folder = conninfo_to_dict(staging.url())["host"]
    url = f"postgresql://{OWNER}:s3cret-word@/{staging.name}?host={folder}&port=1"
    ran = Forked(staging.project, APPLY, {VARIABLE: url}).wait()
    assert ran.code == 3, ran
    assert "cannot connect to database" in ran.errors and "s3cret-word" not in ran.errors + ran.output
