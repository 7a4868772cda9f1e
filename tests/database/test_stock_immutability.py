"""What is validated never changes: for everyone, by every command, whatever the settings (domain.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from depot import USERS, Depot
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RestrictViolation

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

IMMUTABLE = (
    "receptions",
    "sorties_produit",
    "stocks_adjustments",
    "stocks_ouverture",
    "log_actions",
    "system_alerts_history",
)
DENIED = (InsufficientPrivilege, RestrictViolation)


@pytest.fixture
def filled(depot: Depot) -> Depot:
    """One row in each immutable table."""
    depot.opening(5_000)
    depot.adjustment("RECEPTION", depot.reception(), 1)
    depot.sortie()
    depot.rows("update public.stocks_snapshot set stock_ambiant = 0 returning 1")
    depot.rows("select public.sync_system_alerts_from_integrity()")
    for table in IMMUTABLE:
        assert depot.value(f"select count(*) from public.{table}") > 0, table
    return depot


def everything(depot: Depot) -> dict[str, Any]:
    return depot.state() | {"history": depot.rows("select h::text from public.system_alerts_history h order by 1")}


def touches(table: str) -> dict[str, str]:
    """Statements that would change or remove a row, one of each kind."""
    return {
        "update": f"update public.{table} set created_at = created_at" if table != "system_alerts_history"
        else f"update public.{table} set changed_at = changed_at",
        "delete": f"delete from public.{table}",
        "truncate": f"truncate public.{table}",
        "truncate cascade": f"truncate public.{table} cascade",
        "merge update": f"merge into public.{table} t using (select 1) s on true"
        " when matched then update set id = t.id",
        "merge delete": f"merge into public.{table} t using (select 1) s on true when matched then delete",
        "upsert": f"insert into public.{table} select * from public.{table}"
        " on conflict (id) do update set id = excluded.id",
    }  # fmt: skip


@contextmanager
def session(depot: Depot, actor: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of an actor: the owner, the superuser, service_role, or a user of the depot."""
    if actor in ("owner", "superuser"):
        name = depot.database.owner if actor == "owner" else None
        with depot.database.connect(name) as connection, connection.transaction():
            yield connection
        return
    role = "service_role" if actor == "service_role" else "authenticated"
    with depot.gateway.request(USERS.get(actor), role) as connection:
        yield connection


def denied(depot: Depot, actor: str, statements: list[dict[str, str]], *setting: str) -> bool:
    """Tries statements in one transaction of an actor, each in a savepoint; whether none touched a row."""
    before = everything(depot)
    with session(depot, actor) as connection:
        if setting:
            connection.execute("select set_config(%s, %s, true)", setting)
        for kind, statement in ((k, s) for kinds in statements for k, s in kinds.items()):
            try:
                with connection.transaction():
                    # A user's UPDATE on sorties is scoped to drafts by row security: it touches no row.
                    assert connection.execute(statement).rowcount == 0, (actor, kind, statement)
            except DENIED:
                pass
    return everything(depot) == before


@pytest.mark.parametrize("actor", ["owner", "superuser", "service_role", "admin_a", "directeur_a"])
def test_nobody_changes_what_is_validated(filled: Depot, actor: str) -> None:
    assert denied(filled, actor, [touches(table) for table in IMMUTABLE])


def test_truncate_of_what_they_refer_to_is_refused(filled: Depot) -> None:
    before = everything(filled)
    for table in ("citernes", "produits", "depots", "clients", "partenaires", "cours_de_route", "system_alerts"):
        with session(filled, "superuser") as connection, pytest.raises(RestrictViolation):
            connection.execute(f"truncate public.{table} cascade")
    assert everything(filled) == before


@pytest.mark.parametrize("actor", ["owner", "superuser", "admin_a"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("session_replication_role", "replica"), ("row_security", "off"), ("app.maintenance", "on"),
        ("app.stock_maintenance", "true"), ("rempart.maintenance", "1"), ("app.bypass", "on"),
        ("request.jwt.claims", '{"role": "service_role"}'), ("request.jwt.claim.role", "service_role"),
        ("request.jwt.claims", "{}"), ("search_path", "app, public"),
        ("session_authorization", "authenticator"), ("role", "service_role"),
    ],
)  # fmt: skip
def test_no_setting_opens_it(filled: Depot, actor: str, setting: str, value: str) -> None:
    statements = [{verb: touches(table)[verb] for verb in ("update", "delete", "truncate")} for table in IMMUTABLE]
    try:
        assert denied(filled, actor, statements, setting, value)
    except InsufficientPrivilege:  # the setting itself was refused
        assert setting in ("session_replication_role", "session_authorization", "role")


def test_no_function_reads_a_setting_but_the_claims(depot: Depot) -> None:
    """A guard that looked at a setting would be open to whoever sets it."""
    readers = depot.rows(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname in ('public', 'app', 'rempart') and p.prosrc ~* '(current_setting|set_config)'"
    )
    assert readers == []


# --- the maintenance table is the only door -----------------------------------------------------------------------


MAINTENANCE = """
create function public.repair_note(p_note text) returns bigint language plpgsql security definer set search_path = ''
as $$
declare v_count bigint;
begin
    perform app.open_maintenance('stock');
    update public.receptions set note = p_note;
    get diagnostics v_count = row_count;
    perform app.log_action('NOTE_REPAIRED', 'stocks', 'WARNING', null, '{}');
    perform app.close_maintenance('stock');
    return v_count;
end
$$;
revoke all on function public.repair_note(text) from public, anon, authenticated, service_role;
grant execute on function public.repair_note(text) to service_role;
"""


def test_a_maintenance_function_of_the_owner_is_the_only_door(own_depot: Depot) -> None:
    depot = own_depot
    depot.reception()
    depot.owner.execute(MAINTENANCE)
    for user in ("admin_a", "directeur_a"):
        with pytest.raises(InsufficientPrivilege):
            depot.gateway.read(USERS[user], "select public.repair_note('x')")
    with session(depot, "service_role") as connection:
        assert connection.execute("select public.repair_note('repaired')").fetchone() == (1,)
        # Closed again before it returned: the same transaction gets nothing out of it.
        with pytest.raises(DENIED), connection.transaction():
            connection.execute("update public.receptions set note = 'more'")
    with depot.owner.transaction():
        depot.owner.execute("select public.repair_note('repaired')")
        with pytest.raises(RestrictViolation), depot.owner.transaction():
            depot.owner.execute("update public.receptions set note = 'more'")
    assert depot.rows("select note from public.receptions") == [("repaired",)]
    assert len(depot.logs("NOTE_REPAIRED")) == 2
    assert depot.value("select count(*) from app.maintenance_transactions") == 0


def test_a_failed_maintenance_leaves_the_door_closed(own_depot: Depot) -> None:
    depot = own_depot
    depot.reception()
    with depot.owner.transaction():
        with pytest.raises(psycopg.errors.DivisionByZero), depot.owner.transaction():
            depot.owner.execute("select app.open_maintenance('stock')")
            depot.owner.execute("select 1 / 0")
        with pytest.raises(RestrictViolation), depot.owner.transaction():
            depot.owner.execute("delete from public.receptions")


@pytest.mark.parametrize("actor", ["service_role", "admin_a"])
@pytest.mark.parametrize(
    "statement",
    [
        "select app.open_maintenance('stock')",
        "select app.close_maintenance('stock')",
        "select app.in_maintenance('stock')",
        "insert into app.maintenance_transactions (xact_id, purpose) values (pg_current_xact_id(), 'stock')",
        "select * from app.maintenance_transactions",
        "select app.post_movement(null, null, null, null, null, 1, 1, 'SYSTEM')",
        "select app.log_action('x', 'x', 'INFO', null, null)",
    ],
)
def test_sessions_cannot_open_it(depot: Depot, actor: str, statement: str) -> None:
    with session(depot, actor) as connection, pytest.raises(InsufficientPrivilege), connection.transaction():
        connection.execute(statement)


@pytest.mark.parametrize("name", ["rebuild_stocks", "sync_system_alerts_from_integrity"])
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_users_cannot_run_maintenance(depot: Depot, name: str, role: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        depot.gateway.read(USERS["admin_a"], f"select public.{name}()", role=role)


def test_the_door_opens_for_its_own_transaction_and_purpose_only(filled: Depot) -> None:
    with session(filled, "owner") as opener:
        opener.execute("select app.open_maintenance('stock')")
        with session(filled, "superuser") as other, pytest.raises(RestrictViolation):
            other.execute("delete from public.receptions")
        with filled.owner.transaction(), pytest.raises(RestrictViolation), filled.owner.transaction():
            filled.owner.execute("select app.open_maintenance('alerts')")
            filled.owner.execute("delete from public.receptions")
        with pytest.raises(RestrictViolation), opener.transaction():
            opener.execute("truncate public.log_actions")  # maintenance never empties a table
        opener.execute("select app.close_maintenance('stock')")


def test_rebuild_repairs_leaves_a_log_entry_and_runs_as_service_role(depot: Depot) -> None:
    depot.opening(5_000)
    depot.reception(1_000)
    depot.sortie(500)
    expected = (depot.snapshot(), depot.journal())
    depot.owner.execute("update public.stocks_snapshot set stock_ambiant = 1")
    depot.owner.execute("delete from public.stocks_journaliers")
    with depot.gateway.request(None, "service_role") as connection:
        assert connection.execute("select * from public.rebuild_stocks()").fetchone() == (1, 1, 1)
        assert connection.execute("select lignes_corrigees from public.rebuild_stocks()").fetchone() == (0,)
    assert (depot.snapshot(), depot.journal()) == expected == ((5_500, 5_500), expected[1])
    assert len(depot.logs("STOCK_REBUILD")) == 2


def test_rebuild_zeroes_a_line_that_never_moved_and_leaves_other_tanks(depot: Depot) -> None:
    tank, other = depot.rows("select id, depot_id from public.citernes order by nom limit 2")
    for citerne, _ in (tank, other):
        depot.insert(
            None, "stocks_snapshot", citerne_id=citerne, proprietaire_type="MONALUXE", stock_ambiant=77,
            produit_id=depot.value("select produit_id from public.citernes where id = %s", (citerne,)),
        )  # fmt: skip
    depot.rows("select * from public.rebuild_stocks(%s)", (tank[0],))
    assert depot.snapshot(tank[0]) == (0, 0)
    assert depot.snapshot(other[0]) == (77, 0)


def test_drafts_are_the_only_sorties_that_change(filled: Depot) -> None:
    """The negative control of this file: the same statements succeed where they may."""
    draft = filled.sortie(statut="brouillon")
    table = sql.Identifier("public", "sorties_produit")
    with session(filled, "owner") as connection:
        done = connection.execute(sql.SQL("update {} set note = 'x' where id = %s").format(table), (draft,))
        assert done.rowcount == 1
        assert connection.execute(sql.SQL("delete from {} where id = %s").format(table), (draft,)).rowcount == 1
