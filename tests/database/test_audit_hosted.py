"""The audit of a database as hosted platforms have it: their own schemas and grants, policies that ask who asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audit_scope import holes, scope_of
from servers import Database

from rempart.audit.model import Audit, RelationSeen, Sight
from rempart.audit.run import Scope, audit
from rempart.config import Config
from rempart.report.finding import Severity

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

STORAGE = """
create schema storage authorization platform_admin;
grant usage on schema storage to anon, authenticated;
create table storage.objects (id int primary key, name text, owner uuid);
alter table storage.objects owner to platform_admin;
alter table storage.objects enable row level security;
grant all on table storage.objects to anon, authenticated;
"""


def relation(found: Audit, name: str) -> RelationSeen:
    assert found.anonymous is not None
    return next(one for one in found.anonymous.relations if one.name == name)


def policies(owner_sql: list[str], conditions: dict[str, str]) -> str:
    """A table for each policy, all of them for all roles."""
    for name, policy in conditions.items():
        owner_sql += [
            f"create table public.{name} (id int, owner uuid)",
            f"alter table public.{name} enable row level security",
            f"create policy one on public.{name} {policy}",
        ]
    return ";".join(owner_sql)


def test_a_policy_is_judged_by_what_its_session_functions_tell_anon(
    platform_database: Database, config: Config
) -> None:
    conditions = {
        "own": "using (owner = auth.uid())",
        "own_inserts": "for insert with check (owner = (select auth.uid()))",
        "own_inserted": "for all using (owner = auth.uid()) with check (true)",
        "logged_in": "using (auth.role() = 'authenticated')",
        "anonymous": "for select using (auth.role() = 'anon')",
        "by_claim": "using ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin')",
        "by_role_claim": "for update using (auth.jwt() ->> 'role' = 'anon')",
        "by_current_user": "using (current_user = 'authenticated')",
        "nobodys": "using (owner is not distinct from auth.uid())",
        "anybody": "using (auth.uid() is null or owner = auth.uid())",
    }
    with platform_database.connect(config.owner) as owner:
        owner.execute(policies(["grant usage on schema public to anon"], conditions).encode())
        owner.execute("create table public.held_back (id int)")
        owner.execute("alter table public.held_back enable row level security")
        owner.execute("create policy one on public.held_back using (true)")
        owner.execute("create policy two on public.held_back as restrictive using (auth.uid() is not null)")
        owner.execute("revoke truncate on all tables in schema public from anon")
    found = audit(platform_database.url(), scope_of(config))
    seen = {name: relation(found, f"public.{name}") for name in (*conditions, "held_back")}
    assert {name: (one.sight, one.writes) for name, one in seen.items()} == {
        "own": (Sight.NOTHING, ()),
        "own_inserts": (Sight.NOTHING, ()),
        "own_inserted": (Sight.NOTHING, ("insert",)),
        "logged_in": (Sight.NOTHING, ()),
        "anonymous": (Sight.ROWS, ()),
        "by_claim": (Sight.NOTHING, ()),
        "by_role_claim": (Sight.NOTHING, ("update",)),
        "by_current_user": (Sight.NOTHING, ()),
        "nobodys": (Sight.UNDECIDED, ("insert", "update", "delete")),
        "anybody": (Sight.ROWS, ("insert", "update", "delete")),
        "held_back": (Sight.NOTHING, ()),
    }


def test_what_the_session_functions_tell_is_asked_and_not_supposed(platform_database: Database, config: Config) -> None:
    with platform_database.connect() as superuser:
        superuser.execute(
            "create or replace function auth.uid() returns uuid language sql stable"
            " as $$ select '00000000-0000-4000-8000-000000000000'::uuid $$"
        )
    with platform_database.connect(config.owner) as owner:
        owner.execute(
            policies(["grant usage on schema public to anon"], {"own": "using (owner = auth.uid())"}).encode()
        )
    one = relation(audit(platform_database.url(), scope_of(config)), "public.own")
    assert one.sight is Sight.UNDECIDED
    assert set(one.writes) >= {"insert", "update", "delete"}


def test_a_role_that_may_not_become_anon_leaves_such_policies_undecided(
    platform_database: Database, config: Config
) -> None:
    with platform_database.connect(config.owner) as owner:
        owner.execute(
            policies(["grant usage on schema public to anon"], {"own": "using (owner = auth.uid())"}).encode()
        )
    found = audit(platform_database.url(config.owner), scope_of(config))
    assert relation(found, "public.own").sight is Sight.UNDECIDED


def test_what_the_platform_granted_in_its_schemas_does_not_fail(platform_database: Database, config: Config) -> None:
    with platform_database.connect() as superuser:
        superuser.execute("revoke usage on schema auth from anon")
        superuser.execute(STORAGE.encode())
    with platform_database.connect(config.owner) as owner:
        owner.execute("revoke all on schema public from anon")
    found = audit(platform_database.url(), scope_of(config))
    one = relation(found, "storage.objects")
    assert (one.writes, one.out_of_reach) == (("truncate",), True)
    assert found.anonymous is not None
    assert found.anonymous.writable == []
    with platform_database.connect() as superuser:
        superuser.execute("create policy uploads on storage.objects for insert with check (name <> '')")
    found = audit(platform_database.url(), scope_of(config))
    assert found.anonymous is not None
    assert [one.name for one in found.anonymous.writable] == ["storage.objects"]


@pytest.mark.parametrize("schema", ["realtime", "extensions", "graphql_public", "supabase_functions"])
def test_schemas_of_the_platform_are_known_without_a_project(platform_database: Database, schema: str) -> None:
    with platform_database.connect() as superuser:
        superuser.execute(f"create schema {schema} authorization platform_admin".encode())
        superuser.execute(f"grant usage on schema {schema} to anon".encode())
        superuser.execute(f"create function {schema}.f() returns int language sql as 'select 1'".encode())
    named = [one for one in audit(platform_database.url(), Scope()).findings if schema in one.path]
    assert {(one.rule, one.severity) for one in named} == {("grant-to-forbidden-role", Severity.INFO)}


def test_a_view_of_the_platform_that_clients_may_read_is_named(platform_database: Database, config: Config) -> None:
    with platform_database.connect() as superuser:
        superuser.execute("create schema vault authorization platform_admin")
        superuser.execute("grant usage on schema vault to authenticated")
        superuser.execute("create table vault.secrets (name text, secret text)")
        superuser.execute("create view vault.decrypted_secrets as select * from vault.secrets")
        superuser.execute("grant select on vault.decrypted_secrets to authenticated")
    found = audit(platform_database.url(), scope_of(config))
    named = [one for one in found.findings if one.path == "catalog:view vault.decrypted_secrets"]
    assert [one.rule for one in named] == ["view-without-security-invoker"]


def test_a_policy_for_all_roles_lets_users_promote_themselves(platform_database: Database, config: Config) -> None:
    with platform_database.connect(config.owner) as owner:
        owner.execute("create table public.profiles (id uuid primary key, role text)")
        owner.execute("alter table public.profiles enable row level security")
        owner.execute("create policy own on public.profiles for update using (id = (select auth.uid()))")
    scope = replace(scope_of(config), owners=(config.owner,))
    assert ("self-promotion", "policy own on public.profiles") in holes(audit(platform_database.url(), scope))


def test_truncate_on_a_view_is_nothing(platform_database: Database, config: Config) -> None:
    with platform_database.connect(config.owner) as owner:
        owner.execute("create view public.one with (security_invoker = true) as select 1 as n")
        owner.execute("revoke all on table public.one from anon, authenticated")
        owner.execute("grant select, truncate, references on table public.one to authenticated")
    found = audit(platform_database.url(), scope_of(config))
    assert [one.rule for one in found.findings if one.path == "catalog:view public.one"] == []


def test_a_foreign_table_whose_wrapper_does_not_work_ends_no_audit(platform_database: Database, config: Config) -> None:
    with platform_database.connect() as superuser:
        superuser.execute("create foreign data wrapper broken")
        superuser.execute("create server elsewhere foreign data wrapper broken")
        superuser.execute("create foreign table public.invoices (id int) server elsewhere")
        superuser.execute(
            "create view public.v_invoices with (security_invoker = true) as select id from public.invoices"
        )
        superuser.execute("create table public.open (id int)")
        superuser.execute("create view public.v_open as select id from public.open")
        superuser.execute("grant usage on schema public to anon")
        superuser.execute(
            "grant select, insert on public.invoices, public.v_invoices, public.open, public.v_open to anon"
        )
    found = audit(platform_database.url(), scope_of(config))
    assert "foreign-table-readable" in {one.rule for one in found.findings if one.path.endswith("public.invoices")}
    seen = {name: relation(found, f"public.{name}") for name in ("invoices", "v_invoices", "open", "v_open")}
    assert {name: (one.sight, one.writes) for name, one in seen.items()} == {
        "invoices": (Sight.UNDECIDED, ()),
        "v_invoices": (Sight.UNDECIDED, ()),
        "open": (Sight.ROWS, ("insert",)),
        "v_open": (Sight.UNDECIDED, ("insert",)),
    }
