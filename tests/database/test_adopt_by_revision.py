"""The reconciling revision of an adoption: drafted, edited, run; and what stops it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from adopting import (
    OLD,
    SMALL,
    TABLE,
    Old,
    contents,
    old_database,
    require_untouched,
    small_project,
    state_of,
    tables_of,
)
from servers import start_server

from rempart.audit.drift import current_revision
from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.adoption.assessing import Report
from rempart.deploy.adoption.finding import Hooks, adopt
from rempart.deploy.adoption.state import Closing, aim_of
from rempart.errors import GateFailure, OperationError, UsageError
from rempart.postgres import databases, platform
from rempart.postgres.server import Server
from rempart.revisions import runner

pytestmark = pytest.mark.costly


@pytest.fixture
def old(server: Server) -> Iterator[Old]:
    """A small database that leaks, and a small project."""
    with small_project(SMALL) as folder, old_database(server, folder, OLD) as made:
        yield made


def drafted(old: Old) -> Old:
    assert adopt(old.target, write=True).written
    return old


@pytest.mark.slow
@pytest.mark.costly
def test_unmanaged_objects_stay_closed_and_the_rest_is_the_baseline(old: Old) -> None:
    rows = contents(old.database, tables_of(old.database))
    columns = tables_of(old.database)
    found = adopt(old.target)
    assert not found.file.exists()
    report = found.report
    assert report.can_go_on
    assert {"table public.extra", "column public.t.ancien", "view public.w", "view public.m", "function public.f()",
            "sequence public.extra_id_seq", "index public.t_ancien", "enum public.humeur",
            "policy tout on public.extra"} <= {str(one) for one in report.unmanaged}  # fmt: skip
    differing = {str(one.identity): one.action for one in report.differences}
    assert differing["policy rien on public.t"] == "drop"
    assert differing["trigger jette on public.t"] == "drop"
    assert differing["column public.t.nom"] == "create"
    assert {str(one.identity) for one in report.closings} >= {"table public.extra", "view public.w", "view public.m"}
    drafted(old)
    done = adopt(old.target, apply=True)
    assert done.adopted is not None
    assert contents(old.database, columns) == rows
    with old.database.connect() as superuser:
        for relation in ("extra", "w", "m", "t", "v"):
            for role in ("anon", "authenticated"):
                allowed = relation in ("t", "v") and role == "authenticated"
                asked = f"select has_any_column_privilege('{role}', 'public.{relation}', 'select')"
                assert superuser.execute(asked).fetchone() == (allowed,), (relation, role)
        assert superuser.execute("select has_function_privilege('anon', 'public.f()', 'execute')").fetchone() == (
            False,
        )
        assert superuser.execute("select relrowsecurity from pg_class where relname = 'extra'").fetchone() == (True,)
        assert superuser.execute("select reloptions from pg_class where relname = 'w'").fetchone() == (
            ["security_invoker=true"],
        )
        assert not superuser.execute("select from pg_policy where 0 = any (polroles)").fetchall()


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_view_that_others_read_keeps_the_rights_of_its_owner(own_server: Server) -> None:
    with small_project(SMALL) as folder, old_database(own_server, folder, OLD) as old:
        with old.database.connect() as superuser:
            superuser.execute("create role rapport login; grant select on public.w to rapport")
        drafted(old)
        adopt(old.target, apply=True)
        assert old.rows("select reloptions from pg_class where relname = 'w'") == [(None,)]
        assert old.rows("select has_table_privilege('rapport', 'public.w', 'select')") == [(True,)]


@pytest.mark.slow
def test_nothing_that_holds_data_is_dropped_for_the_baseline(server: Server) -> None:
    baseline = "create view public.stock as select 1 as n"
    with (
        small_project(baseline) as folder,
        old_database(server, folder, "create table public.stock (n int); insert into public.stock values (5)") as old,
    ):
        report = adopt(old.target).report
        assert [str(identity) for identity, _ in report.refused] == ["table public.stock"]
        with pytest.raises(GateFailure, match="rename it first"):
            adopt(old.target, write=True)
        assert old.rows("select n from public.stock") == [(5,)]


@pytest.mark.slow
@pytest.mark.one_backend
def test_only_a_stamp_where_nothing_differs(server: Server, config: Config) -> None:
    with small_project(SMALL) as folder, old_database(server, folder, SMALL) as old:
        before = state_of(old)
        found = adopt(old.target)
        assert found.report.plan.differences == ()
        require_untouched(old, before)
        assert not adopt(old.target, write=True).written
        assert adopt(old.target, apply=True).adopted is not None
        with old.database.connect() as superuser:
            assert current_revision(superuser) == ("0001", "")
        # The control: the version table is the one that Alembic makes itself.
        with databases.throwaway(server) as name:
            platform.install(server, name, config.platform, config.owner)
            runner.upgrade(server.url(name, config.owner), "head", old.target.config)
            with psycopg.connect(server.url(name), autocommit=True) as fresh, old.database.connect() as adopted:
                kept = [
                    {one: made for one, made in read(c).objects.items() if one.name in ("alembic_version", "rempart")}
                    for c in (fresh, adopted)
                ]
            assert kept[0]
            assert kept[0] == kept[1]


@pytest.mark.slow
@pytest.mark.one_backend
def test_an_owner_of_another_name(own_server: Server) -> None:
    with small_project(SMALL) as folder, old_database(own_server, folder, OLD) as old:
        with old.database.connect() as superuser:
            superuser.execute('alter role depot_owner rename to "Hôte"')
        url = old.database.url("Hôte")
        os.environ[old.target.environment.url_env] = url
        target = replace(old.target, url=url)
        assert adopt(target).report.can_go_on
        assert adopt(target, write=True).written
        assert adopt(target, apply=True).adopted is not None
        assert old.rows("select has_table_privilege('anon', 'public.extra', 'select')") == [(False,)]


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_database_of_another_version_than_the_copy() -> None:
    with (
        start_server("embedded-16") as server,
        small_project(SMALL) as folder,
        old_database(server, folder, OLD) as old,
    ):
        rows = contents(old.database, columns := tables_of(old.database))
        assert adopt(old.target, major=18).report.can_go_on
        assert adopt(old.target, write=True, major=18).written
        assert adopt(old.target, apply=True, major=18).adopted is not None
        assert contents(old.database, columns) == rows
        assert old.rows("select has_table_privilege('anon', 'public.extra', 'select')") == [(False,)]


@pytest.mark.slow
def test_a_float_becomes_a_numeric_with_all_of_its_digits(server: Server) -> None:
    old_sql = TABLE.format("v double precision") + "insert into public.t values (1, 0.1::float8 + 0.2), (2, 'NaN')"
    with small_project(TABLE.format("v numeric")) as folder, old_database(server, folder, old_sql) as old:
        drafted(old)
        adopt(old.target, apply=True)
        assert [str(row[0]) for row in old.rows("select v from public.t order by id")] == ["0.30000000000000004", "NaN"]


@pytest.mark.slow
def test_a_new_identity_goes_on_behind_the_numbers_there_are(server: Server) -> None:
    baseline = "create table public.t (id int generated by default as identity primary key, a int)"
    old_sql = "create table public.t (id int primary key, a int); insert into public.t values (41, 1)"
    with small_project(baseline) as folder, old_database(server, folder, old_sql) as old:
        drafted(old)
        adopt(old.target, apply=True)
        old.run("insert into public.t (a) values (2)")
        assert old.rows("select id from public.t order by id") == [(41,), (42,)]


# ---- the reviewed revision ----


@pytest.mark.slow
@pytest.mark.one_backend
def test_an_edited_revision_may_treat_unmanaged_objects_otherwise(old: Old) -> None:
    enable = "alter table public.extra enable row level security"
    end = '""")\n\n\ndef downgrade'
    drafted(old).edit(end, f"grant select on public.w to service_role;\ndrop materialized view public.m;\n{end}")
    assert enable in old.file.read_text()
    assert adopt(old.target, apply=True).adopted is not None
    assert old.rows("select has_table_privilege('service_role', 'public.w', 'select')") == [(True,)]
    assert old.rows("select to_regclass('public.m')") == [(None,)]


EDITS = {
    "a grant to anon": ("grant select on public.extra to anon", "open: table public.extra, to anon"),
    "a table dropped": ("drop table public.extra cascade", "lost: table public.extra, which holds data"),
    "a column dropped": ("alter table public.t drop column ancien cascade", "lost: column public.t.ancien"),
    "another baseline": ("alter table public.t disable row level security", "differs: table public.t"),
    "its own transaction": ("commit", "begins or ends a transaction"),
    "no SQL": ("selct 1", "holds what is no SQL"),
    "a statement that fails": ("select 1 / 0", "division by zero"),
}


@pytest.mark.slow
@pytest.mark.one_backend
def test_an_edited_revision_may_not_leave_anything_else(old: Old) -> None:
    drafted(old)
    text = old.file.read_text()
    before = state_of(old)
    for added, said in EDITS.values():
        end = text.index('""")\n\n\ndef downgrade')
        old.file.write_text(f"{text[:end]}{added};\n{text[end:]}")
        with pytest.raises((GateFailure, UsageError), match=said):
            adopt(old.target, apply=True)
        require_untouched(old, before)


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_row_that_the_revision_would_lose_rolls_it_back(old: Old) -> None:
    drafted(old).edit("alter table public.extra enable", "delete from public.extra;\nalter table public.extra enable")
    before = state_of(old)
    with pytest.raises(GateFailure, match=r"table public\.extra: 2 before, 0 after"):
        adopt(old.target, apply=True)
    require_untouched(old, before)


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_database_that_changed_since_the_draft_is_refused(old: Old) -> None:
    drafted(old).run("create table public.entretemps (a int)")
    before = state_of(old)
    with pytest.raises(GateFailure, match="changed since"):
        adopt(old.target, apply=True)
    with pytest.raises(UsageError, match="is there already"):
        adopt(old.target, write=True)
    require_untouched(old, before)


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_change_between_the_look_and_the_transaction_is_seen(old: Old) -> None:
    drafted(old)

    def change(_report: Report, _draft: object) -> None:
        old.run("grant select on public.t to public")

    with pytest.raises(GateFailure, match="changed since the reconciling revision was drafted"):
        adopt(old.target, apply=True, hooks=Hooks(gates=change))
    assert old.rows("select to_regclass('rempart.alembic_version')") == [(None,)]


@pytest.mark.slow
@pytest.mark.one_backend
def test_gates_and_last_checks_stop_it(old: Old) -> None:
    drafted(old)
    before = state_of(old)

    def refuse(*_: object) -> None:
        raise GateFailure("no")

    for hooks in (Hooks(gates=refuse), Hooks(before_commit=refuse)):
        with pytest.raises(GateFailure, match="no"):
            adopt(old.target, apply=True, hooks=hooks)
        require_untouched(old, before)


@pytest.mark.slow
@pytest.mark.one_backend
def test_without_a_draft_nothing_is_applied(old: Old) -> None:
    with pytest.raises(UsageError, match="differs from revision 0001, and there is no"):
        adopt(old.target, apply=True)
    with pytest.raises(UsageError, match="read by somebody"):
        adopt(old.target, write=True, apply=True)


@pytest.mark.slow
@pytest.mark.one_backend
def test_a_lock_that_is_not_had_changes_nothing_and_is_named(old: Old) -> None:
    drafted(old)
    environment = replace(old.target.environment, lock_timeout=timedelta(milliseconds=100), attempts=2)
    target = replace(old.target, environment=environment)
    before = state_of(old)
    with old.database.connect(autocommit=False) as reader:
        reader.execute("select from public.extra")
        with pytest.raises(OperationError, match="a lock was not had in 2 attempts"):
            adopt(target, apply=True)
    require_untouched(old, before)
    assert adopt(target, apply=True).adopted is not None


def test_of_two_equal_catalogs_nothing_is_to_be_done(old: Old) -> None:
    with old.database.connect() as superuser:
        there = read(superuser)
    closing = Closing(frozenset({"anon"}), "anon", frozenset(), ("public",))
    aim = aim_of(there, there, ("auth",), closing)
    assert aim.unmanaged == ()
    assert compare(aim.before, aim.after) == []


def test_policies_on_tables_of_the_platform_stay_and_are_told(old: Old) -> None:
    with old.database.connect() as superuser:
        superuser.execute("create policy everybody on auth.users for select using (true)")
    notes = [note for note in adopt(old.target).report.notes if "auth.users" in note]
    assert len(notes) == 1
    assert notes[0].startswith("policy everybody on auth.users stays")


@pytest.mark.one_backend
@pytest.mark.slow
def test_roles_are_the_hosts_and_only_what_they_have_more_stops_it(own_server: Server) -> None:
    with small_project(SMALL) as folder, old_database(own_server, folder, OLD) as old:
        with old.database.connect() as superuser:
            superuser.execute("alter role authenticator connection limit 7")
        report = adopt(old.target).report
        assert report.refused == ()
        assert any(note.startswith("role authenticator is not as on the stand-in") for note in report.notes)
        with old.database.connect() as superuser:
            superuser.execute("grant service_role to anon; alter role anon bypassrls")
        refused = {str(identity) for identity, _ in adopt(old.target).report.refused}
        assert refused == {"role anon", "membership of anon in service_role"}
