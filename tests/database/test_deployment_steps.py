"""Deployments whose revisions fail, differ from the copy, or run outside of a transaction; and wrong environments."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from typing import Any

import psycopg
import pytest
from fault_project import VARIABLE, Forked
from psycopg.conninfo import conninfo_to_dict
from staging_fixtures import APPLY, LOCK_TIMEOUT, OWNER, WRITE, Staging, Writer, wait_for

from rempart.config import Config
from rempart.postgres import databases, platform

pytest_plugins = ["staging_fixtures"]
pytestmark = [pytest.mark.one_backend, pytest.mark.slow]


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
    # What the target was before is what it was before the first try, without what that left.
    undone = staging.run("rollback", "--env", "staging", "--to", "0001")
    assert undone.code == 0, undone
    assert staging.one("select pg_catalog.to_regclass('public.tank_label')") is None


@pytest.mark.parametrize("what", ["index concurrently public.tank_label", "table concurrently public.tank"])
def test_what_a_broken_reindex_left_is_dropped_by_the_next_run(staging: Staging, what: str) -> None:
    staging.write("0002", "create index tank_label on public.tank (label)", "drop index public.tank_label")
    assert staging.run().code == 0
    staging.write("0003", f"reindex {what}", "set lock_timeout = 0", outside=True, after="0002")
    with staging.connect(autocommit=False) as writer:
        writer.execute("update public.tank set label = label where id = 2")
        running = staging.start()
        wait_for(staging, "select true from pg_catalog.pg_class where relname = 'tank_label_ccnew'")
        # A build waits for old transactions, however long the limit for locks is.
        time.sleep(LOCK_TIMEOUT * 1.5)
        assert running.poll() is None, running.wait()
        staging.one("select pg_catalog.pg_cancel_backend(pid) from pg_stat_activity where query ilike 'reindex%'")
        ran = running.wait()
        assert ran.code == 3 and "left INVALID" in ran.errors and "tank_label_ccnew" in ran.errors, ran
    ran = staging.run()
    assert ran.code == 0, ran
    assert "index public.tank_label_ccnew was left INVALID by a failure: it is dropped" in ran.errors, ran
    # What it leaves of a table's toast is out of the owner's reach, and harmless.
    left = "select count(*) from pg_catalog.pg_index where not indisvalid and indrelid = 'public.tank'::regclass"
    assert staging.one(left) == 0
    assert staging.one("select indisvalid from pg_catalog.pg_index where indexrelid = 'public.tank_label'::regclass")


def test_a_killed_drop_of_an_index_is_finished_by_the_next_run_and_can_be_undone(staging: Staging) -> None:
    staging.write("0002", "create index tank_label on public.tank (label)", "drop index public.tank_label")
    assert staging.run().code == 0
    staging.write(
        "0003",
        "drop index concurrently public.tank_label",
        "create index concurrently tank_label on public.tank (label)",
        outside=True,
        after="0002",
    )
    with staging.connect(autocommit=False) as reader:
        reader.execute("select label from public.tank order by label")
        running = staging.start()
        wait_for(staging, "select true from pg_catalog.pg_locks where not granted and locktype = 'virtualxid'")
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        reader.rollback()
    wait_for(staging, "select count(*) = 0 from pg_catalog.pg_stat_activity where query ilike 'drop index concurrent%'")
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.one("select pg_catalog.to_regclass('public.tank_label')") is None
    undone = staging.run("rollback", "--env", "staging", "--to", "0002")
    assert undone.code == 0, undone
    assert staging.one("select indisvalid from pg_catalog.pg_index where indexrelid = 'public.tank_label'::regclass")


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
        with Writer(staging, WRITE, LOCK_TIMEOUT) as writer:
            running = staging.start()
            wait_for(staging, "select true from pg_catalog.pg_locks where not granted and locktype = 'virtualxid'")
            time.sleep(LOCK_TIMEOUT * 1.5)
            assert running.poll() is None, running.wait()
            reader.rollback()
            ran = running.wait()
    assert ran.code == 0, ran
    assert not writer.stopped, "a writer waited for an index that is built beside it"


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


def test_what_fails_on_the_copy_already_is_recorded(staging: Staging) -> None:
    staging.write("0002", "alter table public.nowhere add column level numeric")
    ran = staging.run()
    assert ran.code == 3 and "on a throw-away copy" in ran.errors, ran
    assert staging.kinds()[-1] == "refused" and staging.revision == "0001"
    shown = staging.run("evidence", "show", "latest", "--env", "staging", "--format", "json")
    document = json.loads(shown.output)
    assert document["outcome"] == "refused" and "nowhere" in document["error"], document
    assert [one["outcome"] for one in document["revisions"]] == ["failed"]
    assert staging.run("plan", "--env", "staging").code == 3
    dry = staging.run(*APPLY, "--dry-run")
    assert dry.code == 3 and "nowhere" in dry.errors, dry
    assert staging.run("evidence", "verify", "--env", "staging").code == 0
    staging.configure(postgres="15")
    ran = staging.run()
    assert ran.code == 1 and "gates before staging are closed: target" in ran.errors, ran
    assert "expected is Postgres 15" in ran.output + ran.errors, ran


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


def test_a_revision_that_opens_what_has_no_row_yet_is_rolled_back(staging: Staging) -> None:
    ran = _fails_its_check(
        staging,
        "create view public.full_tanks as select id from public.tank where label = 'full';"
        "grant select on public.full_tanks to anon",
    )
    assert "anon: anon may read public.full_tanks, as far as can be told: " in ran.errors, ran.errors
    assert "a view with its owner's rights: its query decides" in ran.errors, ran.errors


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
    for command in ("audit", "builds"):
        ran = staging.run(command, "--env", "production")
        assert ran.code == 2, ran
        assert "says it is staging, and production was asked for" in ran.errors, ran


def test_an_environment_is_looked_at_by_a_role_that_may_not_read_which_it_is(staging: Staging) -> None:
    with psycopg.connect(staging.server.url(staging.name), autocommit=True) as superuser:
        superuser.execute("create role onlooker login")
        try:
            ran = Forked(staging.project, ("builds", "--env", "staging"), {VARIABLE: staging.url("onlooker")}).wait()
        finally:
            superuser.execute("drop role onlooker")
    assert ran.code == 0, ran


def test_a_database_without_a_ledger_is_not_taken_for_one_that_the_evidence_knows(staging: Staging) -> None:
    with databases.throwaway(staging.server) as another:
        platform.install(staging.server, another, Config.find(staging.project.root).platform, OWNER)
        variables = {VARIABLE: staging.server.url(another, OWNER)}
        ran = Forked(staging.project, APPLY, variables).wait()
        assert ran.code == 1, ran
        assert "gate  CLOSED  ledger" in ran.output, ran
        assert "the database: it has no ledger, and the index knows entries of one" in ran.output, ran
        shutil.rmtree(staging.project.root / "evidence")
        ran = Forked(staging.project, APPLY, variables).wait()
        assert ran.code == 0, ran


def test_a_table_that_the_owner_may_not_read_is_named(staging: Staging) -> None:
    staging.write("0002", "create table public.pump (id integer)", "drop table public.pump")
    with psycopg.connect(staging.server.url(staging.name), autocommit=True) as superuser:
        superuser.execute("create table public.by_hand (id integer)")
    ran = staging.run()
    assert ran.code == 3, ran
    assert f"the role {OWNER} may not read the tables public.by_hand (no SELECT on it)" in ran.errors, ran
    assert "lock" not in ran.errors, ran


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
