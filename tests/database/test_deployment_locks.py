"""Deployments and those who work with the database meanwhile: who waits for whom, for how long, and who is told."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from staging_fixtures import (
    APPLY,
    HOLDER,
    LOCK_SESSION,
    LOCK_TIMEOUT,
    MARGIN,
    OWNER,
    SLEEPS,
    WRITE,
    Staging,
    Writer,
    slow,
    wait_for,
)

pytest_plugins = ["staging_fixtures"]
pytestmark = [pytest.mark.one_backend, pytest.mark.slow]


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


ADD_COLUMN = "alter table public.tank add column level numeric; insert into public.journal values (''0002'')".replace(
    "''", "'"
)


def test_a_reader_that_never_ends_stops_the_deployment_and_no_writer_for_longer_than_the_limit(
    staging: Staging,
) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as reader:
        reader.execute("select count(*) from public.tank")
        with Writer(staging, WRITE, LOCK_TIMEOUT + MARGIN) as writer:
            ran = staging.run()
        assert ran.code == 3, ran
        pid = reader.info.backend_pid
        assert f"after 3 attempts tank is held by process {pid} ({HOLDER}, role {OWNER}, its transaction open for" in (
            ran.errors.replace("public.tank", "tank")
        )
        assert "End that session" in ran.errors
        assert "attempt 1 of 3" in ran.errors and "attempt 2 of 3" in ran.errors
        assert writer.written > 20
        assert not writer.stopped, "a writer waited for too long"
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
        with Writer(staging, WRITE, LOCK_TIMEOUT + MARGIN) as writer:
            ran = staging.run()
    finally:
        over.set()
        for thread in holders:
            thread.join(10)
    assert not writer.stopped, f"a writer waited for too long: {ran}"
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


@pytest.mark.parametrize(
    "arguments", [("status", "--env", "staging"), APPLY, ("rollback", "--env", "staging", "--to", "base")]
)
def test_a_session_that_holds_the_version_table_stops_a_command_in_time(
    staging: Staging, arguments: tuple[str, ...]
) -> None:
    staging.write("0002", ADD_COLUMN)
    with staging.connect(autocommit=False) as holder:
        holder.execute("lock table rempart.alembic_version in access exclusive mode")
        ran = staging.start(*arguments).wait(20)
        assert ran.code == 3, ran
        assert "reading or writing the version table failed: canceling statement due to lock timeout" in ran.errors, ran
        assert "Another session holds it" in ran.errors, ran
    assert staging.revision == "0001"


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


def test_a_writer_that_waits_too_long_is_seen(staging: Staging) -> None:
    with staging.connect(autocommit=False) as holder:
        holder.execute("lock table public.tank in access exclusive mode")
        with Writer(staging, WRITE, 0.1) as writer:
            time.sleep(1)
        assert writer.stopped


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
