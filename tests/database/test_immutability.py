"""Hole 6 of production: immutability rested on session settings, and on row triggers that TRUNCATE ignores."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from declared_access import Persona, persona_named
from gateway import attempt, request, request_of
from servers import Database

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]

IMMUTABLE = {
    "public.receptions": "id = md5('receptions/1')::uuid",
    "public.sorties_produit": "id = md5('sortie/1/validee')::uuid",
    "public.stocks_adjustments": "id = md5('stocks_adjustments/1')::uuid",
    "public.stocks_ouverture": "id = md5('stocks_ouverture/1')::uuid",
    "public.log_actions": "id = md5('log_actions/any')::uuid",
    "public.system_alerts_history": "true",
}
OURS = "n.nspname in ('public', 'app', 'rempart')"


@pytest.mark.parametrize("table", IMMUTABLE)
def test_06_what_is_immutable_is_immutable_for_the_owner_whatever_the_settings(
    world: Database, world_owner: psycopg.Connection[Any], table: str
) -> None:
    where = IMMUTABLE[table]
    statements = [
        f"update {table} set id = id where {where}",
        f"delete from {table} where {where}",
        f"truncate {table}",
        f"truncate {table} cascade",
        f"with d as (delete from {table} where {where} returning 1) select * from d",
        f"merge into {table} t using (select 1) s on t.{where.replace('true', 'id is not null')}"
        " when matched then delete",
    ]
    settings = (
        "select 1",
        "select set_config('app.maintenance', 'on', true), set_config('rempart.maintenance', 'on', true)",
        "select set_config('request.jwt.claims', '{\"role\": \"service_role\"}', true)",
        "set local row_security = off",
        "insert into app.maintenance_transactions (xact_id, purpose) values ('1', 'stock')",
        "select public.rebuild_stocks(null)",  # opens the guards, and closes them before it returns
    )
    assert attempt(world_owner, f"select from {table} where {where}").count > 0
    assert attempt(world_owner, "set session_replication_role = 'replica'").refused
    for setting in settings:
        for statement in statements:
            world_owner.execute("savepoint setting")
            world_owner.execute(setting)
            world_owner.execute("savepoint attempt")
            outcome = attempt(world_owner, statement)
            assert outcome.state == "23001", f"{setting}; {statement}: {outcome}"
            world_owner.execute("rollback to savepoint setting")
    with world.connect() as connection, request(connection, None, {}) as superuser:
        superuser.execute("set local session_replication_role = 'replica'")
        superuser.execute("savepoint attempt")
        for statement in statements:
            assert attempt(superuser, statement).state == "23001", f"superuser in replica mode: {statement}"


@pytest.mark.parametrize("table", ["public.citernes", "public.produits", "public.depots", "public.system_alerts"])
def test_06_truncate_does_not_reach_what_is_immutable_by_cascade(
    world_owner: psycopg.Connection[Any], table: str
) -> None:
    assert attempt(world_owner, f"truncate {table} cascade").state == "23001"


def test_06_users_and_server_jobs_open_no_guard(world: Database, world_gateway: psycopg.Connection[Any]) -> None:
    service = Persona("service_role", "service_role", {"role": "service_role"})
    openers = (
        "insert into app.maintenance_transactions (xact_id, purpose) values (pg_current_xact_id(), 'stock')",
        "select app.open_maintenance('stock')",
        "set session_replication_role = 'replica'",
        "alter table public.receptions disable trigger all",
        f"set role {world.owner}",
        "truncate app.maintenance_transactions",
        "create or replace function app.in_maintenance(text) returns boolean language sql return true",
    )
    for persona in (persona_named("admin-1"), persona_named("anon"), service):
        with request_of(world_gateway, persona) as session:
            for statement in openers:
                assert attempt(session, statement).refused, f"{persona.name}: {statement}"
            session.execute("savepoint settings")
            session.execute("select set_config('row_security', 'off', true)")
            session.execute("select set_config('app.maintenance', 'on', true)")
            session.execute("savepoint attempt")
            for table, where in IMMUTABLE.items():
                for statement in (f"update {table} set id = id where {where}", f"delete from {table} where {where}"):
                    outcome = attempt(session, statement)
                    assert outcome.state in ("42501", "23001"), f"{persona.name}: {statement}: {outcome}"
            session.execute("rollback to savepoint settings")


def test_06_a_guard_is_not_open_after_maintenance_of_a_server_job(world_gateway: psycopg.Connection[Any]) -> None:
    with request(world_gateway, "service_role", {"role": "service_role"}) as session:
        session.execute("select public.rebuild_stocks(null)")
        session.execute("select * from public.sync_system_alerts_from_integrity(null)")
        session.execute("savepoint attempt")
        outcome = attempt(session, "delete from public.sorties_produit where statut = 'validee'")
        assert outcome.state == "23001", str(outcome)


def test_06_no_function_of_the_project_sets_a_setting_or_runs_text(world_owner: psycopg.Connection[Any]) -> None:
    pattern = r"set_config|\mset\s+(local|session|role)\M|\mexecute\M|session_replication_role|dblink"
    assert not world_owner.execute(
        f"select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        f" where {OURS} and coalesce(p.prosrc, pg_get_function_sqlbody(p.oid)) ~* %s",
        (pattern,),
    ).fetchall()
