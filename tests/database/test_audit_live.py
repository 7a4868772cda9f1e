"""The audit of a live database: nothing is written, holes are found, what was not seen is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from audit_scope import holes, scope_of
from psycopg import sql
from servers import Database

from rempart.audit.model import Audit, Sight
from rempart.audit.run import Scope, audit
from rempart.audit.session import reading
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.revisions import runner

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

OPEN_TO_ANON = "grant usage on schema public to anon;"


def run(database: Database, config: Config, url: str | None = None, **changes: Any) -> Audit:
    return audit(url or database.url(), replace(scope_of(config), **changes))


def sights(found: Audit) -> dict[str, Sight]:
    assert found.anonymous is not None
    return {one.name.partition(".")[2]: one.sight for one in found.anonymous.relations}


def test_the_projects_own_database_has_no_hole(sample_database: Database, config: Config) -> None:
    found = run(sample_database, config)
    assert holes(found) == []
    assert found.passes(strict=False)
    allowed = [(one.rule, one.object) for one in found.findings if one.suppressed]
    assert allowed == [("definer-callable", "public.declare_stock_ouverture")]
    assert found.anonymous is not None
    assert found.anonymous.became
    assert {one.sight for one in found.anonymous.relations} == {Sight.REFUSED}
    assert [one.subject for one in found.not_audited] == ["drift"]


def test_what_the_project_allows_is_a_hole_where_no_project_says_so(sample_database: Database, config: Config) -> None:
    assert holes(audit(sample_database.url(), Scope())) == [("definer-callable", "public.declare_stock_ouverture")]


@pytest.mark.parametrize(
    "statement",
    [
        "create table public.written (id int)",
        "insert into auth.users default values",
        "update auth.users set email = null",
        "grant usage on schema public to anon",
        "select setval('public.counter', 7)",
    ],
)
def test_postgres_refuses_to_write_in_the_session_of_an_audit(platform_database: Database, statement: str) -> None:
    with platform_database.connect() as superuser:
        superuser.execute("create sequence public.counter")
    with reading(platform_database.url()) as connection:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connection.transaction():
            connection.execute(statement.encode())
        with pytest.raises(psycopg.Error), connection.transaction():
            connection.execute("select 1")
            connection.execute("set transaction read write")
            connection.execute(statement.encode())


def test_a_view_that_writes_when_it_is_read_writes_nothing(platform_database: Database, config: Config) -> None:
    with platform_database.connect(config.owner) as owner:
        owner.execute(OPEN_TO_ANON)
        owner.execute("""
            create table public.visits (at timestamptz default now());
            create function public.visit() returns int language sql volatile security definer set search_path = ''
            as $$ insert into public.visits default values returning 1 $$;
            create view public.counted as select id from (values (1)) v (id) where public.visit() = 1;
        """)
        found = run(platform_database, config)
        assert sights(found)["counted"] is Sight.UNDECIDED
        assert "read-only" in {one.subject: one.reason for one in found.not_audited}["what anon sees of public.counted"]
        assert owner.execute("select count(*) from public.visits").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "rule", "object_"),
    [
        ("alter table public.clients disable row level security", "policy-without-row-security", "public.clients"),
        ("grant select on public.clients to anon", "grant-to-forbidden-role", "table public.clients"),
        ("grant update (nom) on public.clients to public", "grant-to-public", "table public.clients"),
        ("grant truncate on public.clients to authenticated", "truncate-privilege", "table public.clients"),
        ("alter view public.logs reset (security_invoker)", "view-without-security-invoker", "public.logs"),
        (
            "alter policy clients_select_profil on public.clients to public",
            "policy-to-public",
            "policy clients_select_profil on public.clients",
        ),
        (
            "create policy debug on public.receptions for select to authenticated using (coalesce(true, false))",
            "permissive-union",
            "policy debug on public.receptions",
        ),
        ("alter function app.user_role() reset search_path", "definer-without-search-path", "app.user_role"),
        (
            "grant execute on function public.rebuild_stocks to authenticated",
            "definer-callable",
            "public.rebuild_stocks",
        ),
        # Allowed for users by the project, with a reason; not for anon.
        (
            "grant execute on function public.declare_stock_ouverture to anon",
            "definer-callable",
            "public.declare_stock_ouverture",
        ),
        ("alter table public.clients owner to authenticated", "owner-is-api-role", "authenticated"),
        ("grant create on schema public to authenticated", "schema-create", "schema public"),
        (
            "alter default privileges for role depot_owner in schema public grant select on tables to anon",
            "default-privileges-open",
            "default privileges on tables",
        ),
        ("create table public.forgotten (id int)", "row-security-not-enabled", "public.forgotten"),
    ],
)
@pytest.mark.one_backend
def test_a_hole_that_was_opened_by_hand_is_found(
    depot_database: Database, config: Config, change: str, rule: str, object_: str
) -> None:
    with depot_database.connect() as superuser:
        superuser.execute(change.encode())
    found = run(depot_database, config)
    assert (rule, object_) in holes(found)
    assert len(set(holes(found))) == len(holes(found))


@pytest.mark.one_backend
def test_holes_of_the_cluster_are_found(own_server: Any, config: Config) -> None:
    databases.create(own_server, "roles")
    platform.install(own_server, "roles", config.platform, config.owner)
    database = Database(own_server, "roles", config.owner)
    with database.connect() as superuser:
        superuser.execute("""
            alter role authenticated bypassrls;
            alter role anon inherit;
            grant service_role to authenticated;
            create role forbidden_friend;
            grant forbidden_friend to anon;
            grant select on auth.users to forbidden_friend;
            grant authenticated to anon;
            create role auditor login;
        """)
        if own_server.password is not None:
            password = sql.Literal(own_server.password)
            superuser.execute(sql.SQL("alter role auditor password {}").format(password))
    found = run(database, config, database.url("auditor"))
    assert ("role-attributes", "authenticated") in holes(found)
    assert {("role-membership", "authenticated"), ("role-membership", "anon")} <= set(holes(found))
    # Through a role that it is a member of, in a schema that is the platform's: seen by its privilege.
    assert found.anonymous is not None
    users = next(one for one in found.anonymous.relations if one.name == "auth.users")
    assert users.sight is Sight.ROWS
    assert not found.anonymous.became


def test_an_empty_table_is_decided_from_its_policies(platform_database: Database, config: Config) -> None:
    with platform_database.connect(config.owner) as owner:
        owner.execute(OPEN_TO_ANON)
        for name, policy in {
            "unguarded": None,
            "without_policy": "",
            "for_others": "to authenticated using (true)",
            "to_write": "for insert to anon with check (true)",
            "for_all": "to public using (true)",
            "in_disguise": "for select to anon using (id = id or id is null)",
            "closed": "for select to anon using (false)",
            "depends": "for select to anon using (id > 3)",
        }.items():
            owner.execute(f"create table public.{name} (id int)".encode())
            if policy is not None:
                owner.execute(f"alter table public.{name} enable row level security".encode())
            if policy:
                owner.execute(f"create policy one on public.{name} {policy}".encode())
        owner.execute("create table public.narrowed (id int)")
        owner.execute("alter table public.narrowed enable row level security")
        owner.execute("create policy one on public.narrowed for select to anon using (true)")
        owner.execute("create policy two on public.narrowed as restrictive to anon using (id > 3)")
    found = run(platform_database, config)
    assert {name: sight for name, sight in sights(found).items() if name != "users"} == {
        "unguarded": Sight.ROWS,
        "without_policy": Sight.NOTHING,
        "for_others": Sight.NOTHING,
        "to_write": Sight.NOTHING,
        "for_all": Sight.ROWS,
        "in_disguise": Sight.ROWS,
        "closed": Sight.NOTHING,
        "depends": Sight.UNDECIDED,
        "narrowed": Sight.UNDECIDED,
    }
    assert found.anonymous is not None
    assert not any(one.observed for one in found.anonymous.relations if one.name != "auth.users")
    assert all(one.reason.startswith("empty: not observed") for one in found.anonymous.leaks)


def test_a_role_that_does_not_exist_is_not_taken_for_one_that_sees_nothing(
    platform_database: Database, config: Config
) -> None:
    found = run(platform_database, config, anonymous="nobody_here")
    assert found.anonymous is None
    assert "role nobody_here" in {one.subject for one in found.not_audited}
    assert not found.passes(strict=True)


def test_drift_since_the_revision_is_named_object_by_object(depot_database: Database, config: Config) -> None:
    with depot_database.connect() as superuser:
        released = read(superuser)
        asked: list[str] = []

        def expected(revision: str, found: Catalog) -> tuple[Catalog, Catalog]:
            asked.append(revision)
            return released, found

        unchanged = run(depot_database, config, expected=expected)
        assert unchanged.drift.checked
        assert unchanged.drift.differences == ()
        assert unchanged.passes(strict=True)
        superuser.execute("alter table public.clients alter column nom drop not null")
        superuser.execute("drop view public.logs")
        superuser.execute("create index by_name on public.clients (nom)")
    changed = run(depot_database, config, expected=expected)
    assert asked == [unchanged.drift.revision] * 2
    assert {(one.object, one.change) for one in changed.drift.differences} >= {
        ("column public.clients.nom", "changed"),
        ("view public.logs", "missing"),
        ("index public.by_name", "added"),
    }
    assert not changed.passes(strict=False)


@pytest.mark.one_backend
def test_an_owner_of_another_name_is_no_drift(own_server: Any, config: Config) -> None:
    databases.create(own_server, "elsewhere")
    platform.install(own_server, "elsewhere", config.platform, config.owner)
    runner.upgrade(own_server.url("elsewhere", config.owner), "head", config)
    elsewhere = Database(own_server, "elsewhere", "The Owner")
    with elsewhere.connect() as superuser:
        released = read(superuser)
        superuser.execute('alter role depot_owner rename to "The Owner"')
        superuser.execute("create schema realtime authorization platform_admin")
        superuser.execute("create table realtime.messages (id int)")
        superuser.execute("create role platform_helper")
    scope = replace(scope_of(config), owners=("The Owner",), expected=lambda _revision, found: (released, found))
    assert [str(one) for one in audit(elsewhere.url(), scope).drift.differences] == []
