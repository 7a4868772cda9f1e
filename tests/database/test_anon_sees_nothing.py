"""Anon, and a user without a profile, see nothing and may do nothing; and the suite that says so can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anon import anon_findings
from planting import VERSION_TABLE, plant_everywhere
from servers import Database
from world import copied

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.server import Server
from rempart.revisions import runner

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly


@pytest.fixture(scope="module")
def planted_template(server: Server, depot_template: str, config: Config) -> Iterator[str]:
    """At head, with a row in every table."""
    with copied(server, depot_template, config.owner) as template:
        with template.connect(config.owner) as owner:
            plant_everywhere(owner, leave=[VERSION_TABLE])
        yield template.name


@pytest.fixture
def planted(server: Server, planted_template: str, config: Config) -> Iterator[Database]:
    with copied(server, planted_template, config.owner) as own:
        yield own


def test_anon_and_a_user_without_a_profile_see_nothing(planted: Database, config: Config) -> None:
    found = anon_findings(planted, config.exposed_schemas)
    assert not found, "\n".join(found)


def test_an_empty_table_proves_nothing(planted: Database, config: Config) -> None:
    with planted.connect(config.owner) as owner:
        owner.execute("delete from public.prises_de_hauteur")
    found = anon_findings(planted, config.exposed_schemas)
    expected = (
        "user without a profile: select from public.prises_de_hauteur: no row, and none for the owner either,"
        " which proves nothing"
    )
    assert expected in found


# What is planted, and what the suite must say of it. By the owner unless it starts with "superuser:".
HOLES = {
    "a policy to public": (
        "create policy hole on public.depots for select to public using (true)",
        [
            "policy hole on public.depots: for PUBLIC",
            "user without a profile: select from public.depots: 1 row(s)",
        ],
    ),
    "a policy without TO": (
        "create policy hole on public.log_actions using (true)",
        [
            "policy hole on public.log_actions: for PUBLIC",
            "user without an account: select action from public.log_actions: ",
        ],
    ),
    "a policy to anon": (
        "create policy hole on public.clients to anon using (true)",
        ["policy hole on public.clients: for anon"],
    ),
    "a policy to authenticated that asks nothing": (
        "create policy hole on public.clients for insert to authenticated with check (true);"
        " create policy hole_2 on public.clients for delete to authenticated using (true)",
        ["user without a profile: insert nom into public.clients: error 23502"],
    ),
    "a view without security_invoker": (
        "create view public.hole as select * from public.clients; grant select on public.hole to authenticated",
        [
            "view public.hole: runs with the rights of its owner",
            "user without a profile: select from public.hole: 1 row(s)",
        ],
    ),
    "a view that lost security_invoker": (
        "alter view public.logs reset (security_invoker)",
        [
            "view public.logs: runs with the rights of its owner",
            "user without a profile: select from public.logs: ",
        ],
    ),
    "a table without row security": (
        "create table public.hole as select 1 as un; grant select, update on public.hole to authenticated",
        [
            "table public.hole: row security is off",
            "user without a profile: select from public.hole: 1 row(s)",
            "user without an account: update un of public.hole: 1 row(s)",
        ],
    ),
    "row security switched off": (
        "alter table public.citernes disable row level security",
        [
            "table public.citernes: row security is off",
            "user without a profile: select from public.citernes: 1 row(s)",
            "user without a profile: copy into public.citernes: 0 row(s)",
        ],
    ),
    "a security definer function open to PUBLIC": (
        "create function public.hole() returns bigint language sql security definer set search_path = ''"
        " as 'select count(*) from public.clients'; grant execute on function public.hole() to public",
        [
            "security definer function hole(): EXECUTE for PUBLIC",
            "user without a profile: execute hole(): 1 row(s)",
        ],
    ),
    "a definer function open to anon, with the schema": (
        "grant usage on schema public to anon; grant execute on function public.rebuild_stocks(uuid) to anon",
        [
            "security definer function rebuild_stocks(uuid): EXECUTE for anon",
            "anon: execute rebuild_stocks(uuid): 1 row(s)",
        ],
    ),
    "a trigger function that anybody may call": (
        "grant execute on function app.apply_sortie() to public; grant usage on schema app to public",
        [
            "security definer function app.apply_sortie(): EXECUTE for PUBLIC",
            "anon: execute app.apply_sortie(): error 0A000",
        ],
    ),
    "a grant on a table to anon": (
        "grant select on table public.produits to anon",
        ["table public.produits: SELECT for anon"],
    ),
    "a grant on a view to PUBLIC": (
        "grant select on table public.logs to public",
        ["view public.logs: SELECT for PUBLIC"],
    ),
    "a grant on a column to anon": (
        "grant select (nom) on table public.depots to anon",
        ["column public.depots.nom: SELECT for anon"],
    ),
    "a grant on a sequence to anon": (
        "create sequence public.hole; grant usage on sequence public.hole to anon;"
        " grant usage on schema public to anon",
        ["sequence public.hole: USAGE for anon", "anon: nextval of sequence public.hole: 1 row(s)"],
    ),
    "a grant on a function to anon": (
        "create function public.hole() returns int language sql as 'select 1';"
        " grant execute on function public.hole() to anon",
        ["function hole(): EXECUTE for anon"],
    ),
    "a grant on a schema to anon": (
        "grant usage on schema app to anon",
        ["schema app: USAGE for anon"],
    ),
    "a grant to create": (
        "grant create on schema public to authenticated",
        [
            "schema public: CREATE for authenticated",
            "user without a profile: create a table in schema public: 0 row(s)",
        ],
    ),
    "a default privilege to anon": (
        "alter default privileges in schema public grant select on tables to anon",
        ["default privilege of depot_owner in schema public: SELECT on tables for anon"],
    ),
    "the default of Postgres for functions": (
        "alter default privileges grant execute on functions to public",
        ["default privilege of depot_owner: EXECUTE on functions for PUBLIC"],
    ),
    "a materialized view granted to authenticated": (
        "create materialized view public.hole as select * from public.clients;"
        " grant select on public.hole to authenticated",
        [
            "materialized view public.hole: knows no row security, and authenticated has SELECT",
            "user without a profile: select from public.hole: 1 row(s)",
        ],
    ),
    "the version table": (
        "grant usage on schema rempart to authenticated; grant all on rempart.alembic_version to authenticated;"
        " alter table rempart.alembic_version disable row level security",
        [
            "user without a profile: select from rempart.alembic_version: 1 row(s)",
            "user without a profile: truncate rempart.alembic_version: 0 row(s)",
            "user without a profile: copy out of rempart.alembic_version: 1 row(s)",
        ],
    ),
    "accounts": (
        "superuser: grant select on auth.users to authenticated",
        ["user without a profile: select from auth.users: 1 row(s)"],
    ),
    "a check that speaks before the policy": (
        "create function app.hole() returns trigger language plpgsql as"
        " $$ begin raise exception 'stock insuffisant: 5321'; end $$;"
        " create trigger a_hole before insert on public.sorties_produit for each row execute function app.hole()",
        ["user without a profile: insert into public.sorties_produit: error P0001: stock insuffisant: 5321"],
    ),
}


@pytest.mark.one_backend
@pytest.mark.parametrize("hole", HOLES)
def test_a_planted_hole_is_found(planted: Database, config: Config, hole: str) -> None:
    statement, expected = HOLES[hole]
    login = None if statement.startswith("superuser:") else config.owner
    with planted.connect(login) as connection:
        connection.execute(statement.removeprefix("superuser:"))
    found = anon_findings(planted, config.exposed_schemas)
    for one in expected:
        assert any(finding.startswith(one) for finding in found), one + "\n" + "\n".join(found)


# Roles belong to the whole server, hence a server of their own.
ROLE_HOLES = {
    "grant authenticated to anon": "role anon: is a member of authenticated",
    "grant service_role to authenticated": "role authenticated: is a member of service_role",
    "alter role anon bypassrls": "role anon: has BYPASSRLS",
    "alter role anon login": "role anon: has LOGIN",
    "grant pg_read_all_data to anon": "role anon: is a member of pg_read_all_data",
    "grant set on parameter session_replication_role to public": ("parameter session_replication_role: SET for PUBLIC"),
}


def test_holes_in_roles_are_found(own_server: Server, config: Config) -> None:
    databases.create(own_server, "depot")
    platform.install(own_server, "depot", config.platform, config.owner)
    runner.upgrade(own_server.url("depot", config.owner), "head", config)
    depot = Database(own_server, "depot", config.owner)
    with depot.connect(config.owner) as owner:
        plant_everywhere(owner, leave=[VERSION_TABLE])
    assert not anon_findings(depot, config.exposed_schemas)
    with depot.connect() as superuser:
        for hole in ROLE_HOLES:
            superuser.execute(hole)
    found = anon_findings(depot, config.exposed_schemas)
    assert set(ROLE_HOLES.values()) <= set(found), "\n".join(found)


def test_the_platform_is_hostile(server: Server, platform_template: str, config: Config) -> None:
    """Without its open defaults the tests would prove nothing: a table made before any revision is anybody's."""
    with copied(server, platform_template, config.owner) as database:
        with database.connect(config.owner) as owner:
            owner.execute("create table public.hole as select 1 as un")
        found = anon_findings(database)
    assert "anon: select from public.hole: 1 row(s)" in found
    assert "anon: truncate public.hole: 0 row(s)" in found
    assert "anon: copy into public.hole: 0 row(s)" in found
    assert "default privilege of depot_owner: EXECUTE on functions for PUBLIC" in found
