"""Conditions that Postgres prints otherwise once they have come by way of a dump: no deployment stops at them."""

from __future__ import annotations

import subprocess

import pytest
from adopting import SMALL, old_database, small_project
from staging_fixtures import OWNER, Staging

from rempart.audit.drift import drift_of
from rempart.audit.project import scope_of
from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.deploy.adoption.finding import adopt
from rempart.postgres import databases
from rempart.postgres.dump import bring_over
from rempart.postgres.server import Server, connect
from rempart.revisions import runner
from rempart.revisions.differing import compare_sources
from rempart.sources.source import parse

pytest_plugins = ["staging_fixtures"]
pytestmark = pytest.mark.slow

VIEW = (
    "create or replace view public.doses with (security_invoker = true) as"
    " select id, code from public.dose where (part between 0 and 10 and code <> '') or code in ('a', 'b')"
)
BEFORE = f"""create table public.dose (
    id int primary key,
    code varchar(9) check (code in ('a', 'b')),
    part numeric check (part between 0 and 1000 and code <> ''),
    other int check ((part, other) = (1, 2) and code <> 'z'),
    limits int check (limits between symmetric 2 and 1 or other in (limits, 3) or code = 'a')
);
alter table public.dose enable row level security;
revoke all on public.dose from anon, authenticated;
{VIEW};
revoke all on public.doses from anon, authenticated"""
TOUCHED = {
    "a type under a list": (
        "drop view public.doses; alter table public.dose alter column code type varchar(20); "
        f"{VIEW}; revoke all on public.doses from anon, authenticated"
    ),
    "a type under between": (
        f"drop view public.doses; alter table public.dose alter column part type numeric(12, 3); {VIEW};"
        " revoke all on public.doses from anon, authenticated"
    ),
    "a type under what nobody undoes": "alter table public.dose alter column limits type bigint",
    "a view by itself": VIEW,
    "something else": "alter table public.dose add column note text",
}


@pytest.mark.parametrize("name", TOUCHED)
def test_what_a_revision_touches(staging: Staging, name: str) -> None:
    staging.write("0002", BEFORE)
    assert staging.run().code == 0
    staging.write("0003", TOUCHED[name], after="0002")
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.revision == "0003"


@pytest.mark.one_backend
def test_a_restored_database_is_rolled_back_to_what_the_ledger_recorded(staging: Staging) -> None:
    staging.write("0002", BEFORE)
    assert staging.run().code == 0
    staging.write(
        "0003", "alter table public.dose add column note text", "alter table public.dose drop column note", after="0002"
    )
    assert staging.run().code == 0
    with staging.connect() as connection:
        before = read(connection)
    restore_whole(staging)
    with staging.connect() as connection:
        assert compare(before, read(connection)), "nothing is printed otherwise: the test proves nothing"
    ran = staging.run("rollback", "--env", "staging", "--to", "0002")
    assert ran.code == 0, ran
    assert staging.revision == "0002"


def restore_whole(staging: Staging) -> None:
    """Dump a database with its rows and restore it in its own place."""
    folder = staging.server.bin_dir
    assert folder is not None
    dump = subprocess.run([folder / "pg_dump", staging.url("postgres")], capture_output=True, check=True).stdout
    databases.drop(staging.server, staging.name)
    databases.create(staging.server, staging.name, owner=OWNER)
    script = (b"drop schema public;" if b"\nCREATE SCHEMA public;" in dump else b"") + dump
    psql = [folder / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", staging.url("postgres")]
    subprocess.run(psql, input=script, capture_output=True, check=True)


CONDITIONS = """
create table public.dose (
    id int primary key,
    code varchar(9) check (code in ('a', 'b')),
    part numeric constraint part_known check (part between 0 and 1000 and code <> ''),
    limits int check (limits between symmetric 2 and 1 or id in (limits, 3) or code = 'a')
);
alter table public.dose enable row level security;
revoke all on table public.dose from public, anon, authenticated, service_role;
grant select on public.dose to authenticated;
create policy p on public.dose for select to authenticated
    using ((part between 1 and 2 and id > 0) or code in ('a', 'b'));
create view public.doses with (security_invoker = true) as
    select id from public.dose where part between 1 and 2 and id > 0;
revoke all on table public.doses from public, anon, authenticated, service_role;
"""
UNMANAGED = """
create table public.extra (code varchar(9) check (code in ('a', 'b')), a int check (a between 0 and 1 and a <> 3));
"""
CHANGED = """
alter policy p on public.dose using ((part between 1 and 2 and id > 0) or code in ('a', 'c'));
alter table public.dose drop constraint part_known;
alter table public.dose add constraint part_known check (part between 0 and 1000 and code <> ' ');
"""


def restored(server: Server, name: str) -> None:
    """Put a database in the state in which a dump leaves it."""
    with databases.throwaway(server, owner=OWNER) as made:
        bring_over(server.url(name), server, made)
        with connect(server.url(made)) as after, connect(server.url(name)) as before:
            assert compare(read(before), read(after)), "nothing is printed otherwise: the test proves nothing"
        databases.drop(server, name)
        databases.create(server, name, made, OWNER)


@pytest.mark.parametrize("once_restored", [False, True])
def test_a_database_is_adopted(server: Server, once_restored: bool) -> None:
    if server.bin_dir is None and once_restored:
        pytest.skip("no programs of its own")
    with (
        small_project(SMALL + CONDITIONS) as folder,
        old_database(server, folder, CONDITIONS + UNMANAGED) as old,
    ):
        if once_restored:
            restored(server, old.database.name)
        report = adopt(old.target).report
        assert report.can_go_on, report
        adopt(old.target, write=True)
        assert "dose" not in "".join(line for line in old.file.read_text().splitlines() if "extra" not in line)
        assert adopt(old.target, apply=True).adopted is not None


@pytest.mark.one_backend
def test_a_restored_database_has_not_drifted(own_server: Server) -> None:
    with small_project(SMALL + CONDITIONS) as folder, old_database(own_server, folder, "") as old:
        config = old.target.config
        runner.upgrade(old.database.owner_url, "head", config)
        restored(own_server, old.database.name)
        with old.database.connect() as connection:
            connection.execute("insert into rempart.alembic_version values ('0001')")
        live, revisions = parse(old.database.url()), parse("revisions")
        for pair in ((live, revisions), (revisions, live)):
            assert compare_sources(config, *pair).plan.differences == ()
        with old.database.connect() as connection:
            scope = scope_of(config, live, None, lambda _step: None)
            drift = drift_of(connection, read(connection), scope.expected, ())
            assert drift.checked and drift.differences == (), drift
            connection.execute(CHANGED)
            drifted = drift_of(connection, read(connection), scope.expected, ()).differences
            assert [one.object for one in drifted] == [
                "constraint part_known on public.dose",
                "policy p on public.dose",
            ]
        found = [str(one.identity) for one in compare_sources(config, live, revisions).plan.differences]
        assert found == ["constraint part_known on public.dose", "policy p on public.dose"]
