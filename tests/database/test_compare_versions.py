"""A live database of any version against the declared state: no noise, and what was changed by hand."""

from __future__ import annotations

import pytest
from servers import Database

from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect
from rempart.revisions import runner
from rempart.revisions.differing import compare_sources
from rempart.sources.source import parse

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly


@pytest.mark.costly
def test_a_live_database_at_head_is_the_declared_state(own_server: Server, config: Config) -> None:
    # Of its own, for roles that other tests make on the shared server are differences too.
    databases.create(own_server, "live")
    platform.install(own_server, "live", config.platform, config.owner)
    depot_database = Database(own_server, "live", config.owner)
    runner.upgrade(depot_database.url(), "head", config)
    live, declared = parse(depot_database.url()), parse("declared")
    found = compare_sources(config, live, declared)
    assert [str(one.identity) for one in found.plan.differences] == []
    with depot_database.connect() as connection:
        connection.execute("create policy oubli on public.clients to anon using (true)")
        connection.execute("grant select on public.clients to anon")
    found = compare_sources(config, live, declared)
    assert [str(one.identity) for one in found.plan.differences] == [
        "table public.clients",
        "policy oubli on public.clients",
    ]
    assert [statement for step in found.plan.steps for statement in step.statements] == [
        "drop policy oubli on public.clients",
        "revoke select on table public.clients from anon",
    ]


CONSTANTS = """
create table public.constants (
    a timestamptz default '2026-02-03 04:05+00', b interval default '1 day 2 hours', c date default '2026-02-03',
    d float8 default 0.1, e bytea default '\\x00ff', check (a > '2020-01-01 00:00+00'), check (d <> 1e-7)
)
"""


@pytest.mark.one_backend
def test_what_is_read_does_not_depend_on_the_session(platform_database: Database) -> None:
    with platform_database.connect() as connection:
        connection.execute(CONSTANTS)
        before = read(connection)
        for setting in (
            "timezone = 'Asia/Tokyo'",
            "datestyle = 'German, DMY'",
            "intervalstyle = 'iso_8601'",
            "extra_float_digits = -5",
            "bytea_output = 'escape'",
            "search_path = public",
            "quote_all_identifiers = on",
        ):
            connection.execute(f"set {setting}")
        assert compare(before, read(connection)) == []


PRINTED_DIFFERENTLY = """
create table public.renamed (a int not null, b varchar(9) check (b in ('x', 'y')), c int default 1);
alter table public.renamed rename a to z;
create table public.nobodys (a int not null);
alter table public.nobodys rename to nobodys_now;
revoke all on public.nobodys_now from postgres;
create view public.shown as select z, b from public.renamed where b in ('x', 'y') or z between 1 and 3;
"""


@pytest.mark.one_backend
def test_two_live_databases_of_two_versions_show_no_noise(config: Config) -> None:
    with temporary_server(16) as old, temporary_server(18) as new:
        urls = []
        for server in (old, new):
            databases.create(server, "live")
            with connect(server.url("live")) as connection:
                connection.execute(PRINTED_DIFFERENTLY)
            urls.append(server.url("live"))
        found = compare_sources(config, parse(urls[0]), parse(urls[1]))
        assert [str(one.identity) for one in found.plan.differences] == []
        with connect(urls[1]) as connection:
            connection.execute("alter table public.renamed alter z drop not null")
        found = compare_sources(config, parse(urls[0]), parse(urls[1]))
        assert [str(one.identity) for one in found.plan.differences] == ["column public.renamed.z"]
