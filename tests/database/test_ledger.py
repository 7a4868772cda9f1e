"""The ledger in the database: closed, append-only, one chain whoever writes, and no part of any compared state."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from audit_scope import holes, scope_of
from psycopg import sql
from psycopg.rows import dict_row, tuple_row
from servers import Database
from sqlalchemy import create_engine

from rempart.audit.drift import drift_of
from rempart.audit.run import audit
from rempart.audit.session import reading
from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.record import ledger
from rempart.errors import OperationError, UsageError
from rempart.revisions.workbench import without_own_objects

pytestmark = pytest.mark.costly

TABLES = ("rempart.deployment_ledger", "rempart.environment_marker")


@pytest.fixture
def database(platform_database: Database) -> Database:
    """A database before any revision, with the default privileges of the platform."""
    return platform_database


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to a database with a ledger that has two entries."""
    with database.connect(database.owner) as connection:
        ledger.ensure(connection)
        ledger.mark(connection, "staging")
        ledger.append(connection, "started", "d1", {"from": None})
        ledger.append(connection, "finished", "d1", {"to": "0010", "é": ["œ", 1.5, True, None]})
        yield connection


def test_entries_are_a_chain_that_holds(owner: psycopg.Connection[Any]) -> None:
    found = ledger.entries(owner)
    assert [(one.number, one.kind, one.deployment) for one in found] == [(1, "started", "d1"), (2, "finished", "d1")]
    assert found[1].content == {"to": "0010", "é": ["œ", 1.5, True, None]}
    marker = ledger.marker(owner)
    assert marker is not None
    assert found[0].previous == ledger.origin(marker.database)
    assert found[1].previous == found[0].digest
    assert ledger.problems(found) == []
    assert abs(found[1].at - datetime.now(UTC)) < timedelta(minutes=5)


def test_what_append_returns_is_what_is_read_in_any_time_zone(owner: psycopg.Connection[Any]) -> None:
    owner.execute("set timezone = 'Pacific/Chatham'; set datestyle = 'German, DMY'")
    written = ledger.append(owner, "backup", "d2", {"tuple": (1, 2), "text": "a\x00b\udc80\u2028"})
    owner.execute("set timezone = 'America/St_Johns'")
    assert ledger.entries(owner)[-1] == written
    assert written.content == {"tuple": [1, 2], "text": "a\x00b\udc80\u2028"}
    assert ledger.problems(ledger.entries(owner)) == []


def test_nothing_is_read_where_there_is_no_ledger(database: Database) -> None:
    with database.connect(database.owner) as connection:
        assert not ledger.exists(connection)
        assert ledger.marker(connection) is None
        assert ledger.entries(connection) == []
        assert ledger.guard_problems(connection) == []
        with pytest.raises(OperationError, match="does not exist"):
            ledger.append(connection, "started", "d", {})


def test_a_ledger_does_not_begin_without_a_marker(database: Database) -> None:
    with database.connect(database.owner) as connection:
        ledger.ensure(connection)
        with pytest.raises(OperationError, match="not marked"):
            ledger.append(connection, "started", "d", {})
        assert ledger.entries(connection) == []


def test_ensure_changes_nothing_the_second_time(database: Database, owner: psycopg.Connection[Any]) -> None:
    before, catalog = ledger.entries(owner), read(owner)
    ledger.ensure(owner)
    assert ledger.entries(owner) == before
    assert compare(catalog, read(owner)) == []


def test_ensure_after_a_lost_marker_makes_a_new_one_that_does_not_fit(owner: psycopg.Connection[Any]) -> None:
    owner.execute("drop table rempart.environment_marker")
    assert not ledger.exists(owner)
    ledger.ensure(owner)
    assert ledger.entries(owner)[0].previous != ledger.origin(ledger.mark(owner, "staging").database)


def test_two_that_make_the_ledger_at_once_both_have_it(database: Database) -> None:
    errors: list[Exception] = []
    barrier = threading.Barrier(4)

    def make() -> None:
        with database.connect(database.owner) as connection:
            barrier.wait()
            try:
                ledger.ensure(connection)
                ledger.mark(connection, "staging")
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_marker_is_one_for_ever(owner: psycopg.Connection[Any]) -> None:
    first = ledger.marker(owner)
    assert ledger.mark(owner, "staging") == first
    with pytest.raises(UsageError, match="says it is staging"):
        ledger.mark(owner, "production")
    assert ledger.marker(owner) == first


CHANGES = (
    "update {table} set {column} = 'x'",
    "update {table} set {column} = 'x' where false",
    "delete from {table}",
    "delete from {table} where false",
    "truncate {table}",
    "truncate {table} cascade",
    "insert into {table} select * from {table} on conflict ({key}) do update set {column} = 'x'",
    "merge into {table} t using {table} s on t.{key} = s.{key} when matched then delete",
    "with gone as (delete from {table} returning *) select * from gone",
)


@pytest.mark.parametrize("role", ["owner", "superuser", "replica"])
def test_nobody_changes_the_record(database: Database, owner: psycopg.Connection[Any], role: str) -> None:
    before = ledger.entries(owner), ledger.marker(owner)
    with database.connect(database.owner if role == "owner" else None) as connection:
        if role == "replica":
            connection.execute("set session_replication_role = replica")
        for table, column, key in zip(TABLES, ("kind", "environment"), ("number", "only_row"), strict=True):
            for change in CHANGES:
                with pytest.raises(psycopg.errors.RestrictViolation, match="is a record of deployments"):
                    connection.execute(change.format(table=table, column=column, key=key).encode())
    assert (ledger.entries(owner), ledger.marker(owner)) == before


def test_a_second_marker_is_refused_by_the_table_itself(owner: psycopg.Connection[Any]) -> None:
    for value in ("true", "false", "null"):
        with pytest.raises(psycopg.errors.IntegrityError):
            owner.execute(
                f"insert into rempart.environment_marker (only_row, environment) values ({value}, 'x')".encode()
            )


def test_default_privileges_open_nothing(database: Database) -> None:
    with database.connect() as connection:
        role = sql.Identifier(database.owner)
        for kind in ("tables", "functions", "schemas"):
            for grant in ("to public", "to anon, authenticated, service_role with grant option"):
                opened = f"alter default privileges for role {{}} grant all on {kind} {grant}"
                connection.execute(sql.SQL(opened).format(role))  # type: ignore[arg-type]
    with database.connect(database.owner) as connection:
        ledger.ensure(connection)
        ledger.mark(connection, "staging")
    with database.connect() as connection:
        acls = connection.execute(
            """
            select c.relname, a.grantee::pg_catalog.regrole::text
            from pg_class c, lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
            where c.relnamespace = 'rempart'::regnamespace and c.relkind = 'r'
            union
            select p.proname, a.grantee::pg_catalog.regrole::text
            from pg_proc p, lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where p.pronamespace = 'rempart'::regnamespace
            union
            select n.nspname, a.grantee::pg_catalog.regrole::text
            from pg_namespace n, lateral aclexplode(n.nspacl) a where n.nspname = 'rempart'
            """
        ).fetchall()
        assert {name for name, _ in acls} == {
            "deployment_ledger", "environment_marker", "refuse_ledger_change", "rempart",
        }  # fmt: skip
        assert {role for _, role in acls} == {database.owner}
        for role in ("anon", "authenticated", "service_role"):
            for table in TABLES:
                connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select * from {table}".encode())
                connection.execute("reset role")


def test_a_reader_with_a_grant_still_sees_no_row(database: Database, owner: psycopg.Connection[Any]) -> None:
    owner.execute("grant usage on schema rempart to anon")
    owner.execute("grant all on rempart.deployment_ledger, rempart.environment_marker to anon")
    with database.connect() as connection:
        connection.execute("set role anon")
        for table in TABLES:
            assert connection.execute(f"select count(*) from {table}".encode()).fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("insert into rempart.environment_marker (environment) values ('x')")


def test_a_role_without_privileges_is_told_so(database: Database, owner: psycopg.Connection[Any]) -> None:
    with database.connect() as connection:
        connection.execute("set role anon")
        assert ledger.exists(connection)
        assert ledger.guard_problems(connection) == []
        for read_it in (ledger.entries, ledger.marker):
            with pytest.raises(OperationError, match="permission denied"):
                read_it(connection)
        with pytest.raises(OperationError, match="permission denied"):
            ledger.append(connection, "started", "d", {})


def test_an_entry_is_part_of_the_callers_transaction(database: Database, owner: psycopg.Connection[Any]) -> None:
    with owner.transaction(force_rollback=True):
        ledger.append(owner, "revision", "d2", {})
        assert len(ledger.entries(owner)) == 3
    assert len(ledger.entries(owner)) == 2
    with database.connect(database.owner, autocommit=False) as manual:
        ledger.append(manual, "revision", "d2", {})
        assert len(ledger.entries(owner)) == 2
        manual.rollback()
        assert len(ledger.entries(owner)) == 2
        ledger.append(manual, "revision", "d2", {})
        manual.commit()
    assert len(ledger.entries(owner)) == 3


def test_a_sqlalchemy_transaction_takes_the_entry_with_it(database: Database, owner: psycopg.Connection[Any]) -> None:
    url = database.owner_url
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    for commit in (False, True):
        with engine.connect() as connection, connection.begin() as transaction:
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            raw.row_factory = dict_row
            ledger.append(raw, "revision", "d2", {"commit": commit})
            raw.row_factory = tuple_row
            connection.exec_driver_sql("create table public.beside ()")
            if not commit:
                transaction.rollback()
        kept = [one.content for one in ledger.entries(owner)[2:]]
        assert kept == ([{"commit": True}] if commit else [])
    engine.dispose()


def test_a_ledger_made_in_a_transaction_goes_with_it(database: Database) -> None:
    with database.connect(database.owner) as connection:
        with connection.transaction(force_rollback=True):
            ledger.ensure(connection)
            ledger.mark(connection, "staging")
            ledger.append(connection, "started", "d", {})
        assert not ledger.exists(connection)


def test_a_second_writer_waits_no_longer_than_its_lock_timeout(
    database: Database, owner: psycopg.Connection[Any]
) -> None:
    with database.connect(database.owner) as other, owner.transaction():
        ledger.append(owner, "revision", "d2", {})
        other.execute("set lock_timeout = '200ms'")
        begun = datetime.now()
        with pytest.raises(OperationError, match="another transaction writes to it") as refused:
            ledger.append(other, "revision", "d3", {})
        assert datetime.now() - begun < timedelta(seconds=2)
        assert refused.value.next_step
        assert len(ledger.entries(other)) == 2  # readers are not held up
        with other.transaction():
            other.execute("create table public.kept ()")
            with pytest.raises(OperationError):
                ledger.append(other, "revision", "d3", {})
            other.execute("select")  # the transaction of the caller lives on
    assert [one.deployment for one in ledger.entries(owner)] == ["d1", "d1", "d2"]


def test_many_writers_make_one_chain(database: Database, owner: psycopg.Connection[Any]) -> None:
    errors: list[Exception] = []

    def write(name: str) -> None:
        try:
            with database.connect(database.owner) as connection:
                for turn in range(10):
                    with connection.transaction(force_rollback=turn % 3 == 2):
                        ledger.append(connection, "revision", name, {"turn": turn})
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = ledger.entries(owner)
    assert errors == []
    assert len(found) == 2 + 6 * 7
    assert ledger.problems(found) == []


def test_a_killed_writer_leaves_no_entry(database: Database, owner: psycopg.Connection[Any]) -> None:
    lost = pytest.raises((psycopg.OperationalError, OperationError))
    with database.connect(database.owner) as writer, lost, writer.transaction():
        ledger.append(writer, "revision", "d2", {})
        with database.connect() as superuser:
            superuser.execute("select pg_terminate_backend(%s)", (writer.info.backend_pid,))
        writer.execute("select")
    ledger.append(owner, "revision", "d3", {})
    assert [one.deployment for one in ledger.entries(owner)] == ["d1", "d1", "d3"]
    assert ledger.problems(ledger.entries(owner)) == []


def test_a_lost_connection_is_told_as_one(owner: psycopg.Connection[Any], database: Database) -> None:
    with database.connect() as superuser:
        superuser.execute("select pg_terminate_backend(%s)", (owner.info.backend_pid,))
    with pytest.raises(OperationError):
        ledger.append(owner, "revision", "d2", {})


def test_passwords_do_not_reach_the_ledger(database: Database, owner: psycopg.Connection[Any]) -> None:
    url = "postgresql://u:s3cr3t-Zz@h/db"
    ledger.append(
        owner, "failed", "d2", {"error": f"no connection to {url}", "list": [{"deep": f"x password=s3cr3t-Zz {url}"}]}
    )
    assert "s3cr3t" not in str(owner.execute("select content from rempart.deployment_ledger").fetchall())


TAMPERINGS = {
    'update rempart.deployment_ledger set content = \'{"to":"0011"}\' where number = 2': "entry 2 .* was edited",
    "update rempart.deployment_ledger set content = content || ' ' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set content = '[' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set content = '{\"a\":NaN}' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set kind = 'refused' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set deployment = 'd9' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set at = at + interval '1 microsecond' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set at = 'infinity' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set at = '-infinity' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set at = '20000-01-01' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set at = '0044-03-15 BC' where number = 2": "entry 2 .* was edited",
    "update rempart.deployment_ledger set digest = repeat('0', 64) where number = 2": "entry 3 .* does not follow",
    "update rempart.deployment_ledger set previous = repeat('0', 64) where number = 2": "entry 2 .* does not follow",
    "delete from rempart.deployment_ledger where number = 1": "entry 1 of the ledger is missing",
    "delete from rempart.deployment_ledger where number = 2": "entry 2 of the ledger is missing",
    "delete from rempart.deployment_ledger where number = 2;"
    " update rempart.deployment_ledger set number = 2 where number = 3": "entry 2 .* does not follow entry 1",
    "update rempart.deployment_ledger set number = 10 where number = 2": "entry 2 of the ledger is missing",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_chain_that_was_tampered_with_does_not_hold(
    database: Database, owner: psycopg.Connection[Any], tampering: str
) -> None:
    ledger.append(owner, "started", "d2", {})
    assert ledger.problems(ledger.entries(owner)) == []
    with database.connect() as superuser:
        superuser.execute("alter table rempart.deployment_ledger disable trigger user")
        superuser.execute(tampering.encode())
        superuser.execute("alter table rempart.deployment_ledger enable always trigger refuse_rows")
        superuser.execute("alter table rempart.deployment_ledger enable always trigger refuse_statements")
    assert ledger.guard_problems(owner) == []
    found = "\n".join(ledger.problems(ledger.entries(owner)))
    assert re.search(TAMPERINGS[tampering], found), found


def test_entries_out_of_order_are_told(owner: psycopg.Connection[Any]) -> None:
    first, second = ledger.entries(owner)
    assert any("out of order" in one for one in ledger.problems([first, second, first]))
    assert any("missing" in one for one in ledger.problems([second]))
    assert any("out of order" in one for one in ledger.problems([first, replace(second, number=1)]))


GUARDS = {
    "alter table rempart.deployment_ledger disable trigger refuse_rows": "refuse_rows on .*ledger is disabled",
    "alter table rempart.deployment_ledger enable trigger refuse_rows": "refuse_rows on .*ledger does not fire always",
    "alter table rempart.deployment_ledger enable replica trigger refuse_rows": "does not fire always",
    "drop trigger refuse_statements on rempart.environment_marker": "refuse_statements on .*marker is missing",
    "alter table rempart.deployment_ledger disable row level security": "row security of .* is off",
    "drop trigger refuse_rows on rempart.deployment_ledger; create trigger refuse_rows before update or delete on"
    " rempart.deployment_ledger for each row when (false) execute function rempart.refuse_ledger_change();"
    " alter table rempart.deployment_ledger enable always trigger refuse_rows": "refuse_rows .* is another one",
    "drop trigger refuse_rows on rempart.deployment_ledger; create trigger refuse_rows before update of kind or delete"
    " on rempart.deployment_ledger for each row execute function rempart.refuse_ledger_change();"
    " alter table rempart.deployment_ledger enable always trigger refuse_rows": "refuse_rows .* is another one",
    "create function rempart.nothing() returns trigger language plpgsql as 'begin return new; end';"
    " drop trigger refuse_rows on rempart.deployment_ledger; create trigger refuse_rows before update or delete"
    " on rempart.deployment_ledger for each row execute function rempart.nothing();"
    " alter table rempart.deployment_ledger enable always trigger refuse_rows": "refuse_rows .* is another one",
    "create or replace function rempart.refuse_ledger_change() returns trigger language plpgsql"
    " as 'begin return new; end'": "function that refuses changes",
    "drop function rempart.refuse_ledger_change() cascade": "function that refuses changes",
}


@pytest.mark.parametrize("change", GUARDS)
def test_a_guard_that_was_taken_away_is_missed_and_not_put_back_in_silence(
    owner: psycopg.Connection[Any], change: str
) -> None:
    assert ledger.guard_problems(owner) == []
    owner.execute(change.encode())
    assert re.search(GUARDS[change], "\n".join(ledger.guard_problems(owner)))
    with pytest.raises(OperationError, match="not protected any more"):
        ledger.ensure(owner)


def test_the_ledger_is_no_drift_and_no_finding(depot_database: Database, config: Config) -> None:
    with depot_database.connect(depot_database.owner) as connection:
        before = read(connection)
        clean = audit(depot_database.url(), scope_of(config))
        ledger.ensure(connection)
        ledger.mark(connection, "staging")
        ledger.append(connection, "started", "d", {})
        after = read(connection)
        assert compare(before, after) != []  # the reader does see it
        assert compare(without_own_objects(before), without_own_objects(after)) == []
        found = audit(depot_database.url(), scope_of(config))
        assert holes(found) == holes(clean) == []
        assert found.findings == clean.findings
        with reading(depot_database.url()) as session:
            drift = drift_of(session, after, lambda _revision, there: (before, there), ("auth",))
        assert (drift.checked, drift.differences) == (True, ())
        connection.execute("grant select on rempart.deployment_ledger to anon")
        planted = audit(depot_database.url(), scope_of(config))
        assert any("rempart.deployment_ledger" in name for _, name in holes(planted))
