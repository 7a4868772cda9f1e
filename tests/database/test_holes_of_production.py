"""What was wrong in production, hole by hole: each must be impossible here. The numbers are domain.md section 9's.

In modules of their own: 4 (test_own_role.py), 6 (test_immutability.py), 13 (test_clocks_and_ids.py).
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from declared_access import PERSONAS, Persona, matrix, persona_named
from gateway import LOGIN, attempt, named, request_of
from servers import Database

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]

# The definer functions that users may call: what policies call, and what the application calls.
DEFINERS_FOR_USERS = {
    "app.user_id()",
    "app.user_role()",
    "app.user_depot_id()",
    "app.user_citernes()",
    "app.user_accounts_from()",
    "app.user_accounts_to()",
    "public.declare_stock_ouverture(uuid,uuid,text,double precision,double precision,text,timestamp with time zone)",
}
OURS = "n.nspname in ('public', 'app', 'rempart')"


# ---- 1: "0 policies to public", and anon reads 13 relations ----


def test_01_no_relation_answers_anon_and_none_runs_with_its_owners_rights(
    world: Database, world_gateway: psycopg.Connection[Any], world_owner: psycopg.Connection[Any]
) -> None:
    readable = []
    with request_of(world_gateway, persona_named("anon")) as session:
        for relation in matrix().relations:
            if not attempt(session, f"select from {relation}").refused:
                readable.append(relation)
    assert not readable
    assert not world_owner.execute(
        f"select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where {OURS}"
        " and (c.relkind in ('r', 'p') and not c.relrowsecurity and c.relname <> 'alembic_version'"
        "  or c.relkind = 'v' and not coalesce(c.reloptions::text[] && '{security_invoker=true}', false)"
        "  or c.relkind in ('m', 'f'))"
    ).fetchall()


# ---- 2: the log is edited through its view ----


@pytest.mark.parametrize("statement", ["insert", "update", "delete", "truncate", "upsert", "merge"])
def test_02_the_audit_log_is_not_written_through_any_view_by_anybody(
    world: Database, world_gateway: psycopg.Connection[Any], world_owner: psycopg.Connection[Any], statement: str
) -> None:
    views = [
        name
        for (name,) in world_owner.execute(
            "select distinct r.ev_class::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid"
            " where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'public.log_actions'::regclass"
        )
    ]
    assert views == ["logs"]
    texts = {
        "insert": "insert into {} (action, module) values ('FAUX', 'tests')",
        "update": "update {} set action = 'FAUX'",
        "delete": "delete from {}",
        "truncate": "truncate public.log_actions cascade",
        "upsert": "insert into {} (id, action, module) values (md5('log_actions/any')::uuid, 'FAUX', 'tests')"
        " on conflict (id) do update set action = 'FAUX'",
        "merge": "merge into public.log_actions t using {} s on t.id = s.id when matched then delete",
    }
    service = Persona("service_role", "service_role", {"role": "service_role"})
    for persona in (*PERSONAS, service):
        with request_of(world_gateway, persona) as session:
            for relation in ("public.logs", "public.log_actions"):
                outcome = attempt(session, texts[statement].format(relation))
                assert outcome.refused, f"{persona.name} {statement} {relation}: {outcome}"


# ---- 3: definer functions open to PUBLIC ----


def test_03_no_definer_function_answers_anon_and_few_answer_users(world_owner: psycopg.Connection[Any]) -> None:
    definers = world_owner.execute(
        "select format('%I.%I(%s)', n.nspname, p.proname, replace(oidvectortypes(p.proargtypes), ', ', ',')),"
        " has_function_privilege('anon', p.oid, 'execute'), has_function_privilege('authenticated', p.oid, 'execute')"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where p.prosecdef and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'"
    ).fetchall()
    assert len(definers) > len(DEFINERS_FOR_USERS)
    assert not [name for name, anon, _ in definers if anon]
    assert {name for name, _, user in definers if user} == DEFINERS_FOR_USERS


# ---- 5: permissive policies add up; policies without TO ----


def test_05_one_policy_a_command_each_for_users_and_none_that_asks_nothing(
    world_owner: psycopg.Connection[Any],
) -> None:
    policies = world_owner.execute(
        "select schemaname || '.' || tablename, cmd, roles::text[], permissive, coalesce(qual, with_check),"
        " coalesce(with_check, qual) from pg_policies"
    ).fetchall()
    assert policies
    keys = [(table, command) for table, command, *_ in policies]
    assert len(keys) == len(set(keys)), "two policies of one command add up"
    for table, command, roles, permissive, using, check in policies:
        assert (roles, permissive) == (["authenticated"], "PERMISSIVE"), table
        assert command != "ALL", table
        assert "app.user_" in using and "app.user_" in check, f"{table} {command}: asks nothing of the session"


# ---- 7: a function called for every row ----


def test_07_policies_call_functions_once_and_not_for_every_row(
    world_owner: psycopg.Connection[Any], world_gateway: psycopg.Connection[Any]
) -> None:
    assert not _called_bare(world_owner)
    called = []
    for name in ("lecture-1", "admin-1"):
        with request_of(world_gateway, persona_named(name)) as session:
            for table, declaration in matrix().tables.items():
                commands = ["select *", "delete"] if declaration.anybody("delete") else ["select *"]
                for command in commands:
                    lines = session.execute(f"explain (verbose, costs off) {command} from {table}")
                    called += [f"{name} {table}: {line}" for (line,) in lines if _filters(line) and "app." in line]
    assert not called, "\n".join(called)


def test_07_a_bare_call_is_found(world_owner: psycopg.Connection[Any]) -> None:
    world_owner.execute("alter policy clients_select_profil on public.clients using (app.user_role() is not null)")
    assert _called_bare(world_owner) == ["public.clients: (app.user_role() IS NOT NULL)"]


def _called_bare(connection: psycopg.Connection[Any]) -> list[str]:
    """The policies that call a function outside of a sub-select."""
    expressions = connection.execute(
        "select format('%I.%I', n.nspname, c.relname), pg_get_expr(k.tree, polrelid) from pg_policy"
        " join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = c.relnamespace"
        " cross join lateral (values (polqual), (polwithcheck)) k (tree) where k.tree is not null"
    )
    call = r"(?<!COALESCE)\b\("
    return [f"{table}: {text}" for table, text in expressions if re.search(call, _without_subselects(text))]


def _without_subselects(expression: str) -> str:
    """An expression without what stands in `( SELECT … )`, evaluated once."""
    while (start := expression.find("( SELECT")) >= 0:
        depth = 0
        for end in range(start, len(expression)):
            depth += {"(": 1, ")": -1}.get(expression[end], 0)
            if depth == 0:
                break
        expression = expression[:start] + expression[end + 1 :]
    return expression


def _filters(line: str) -> bool:
    return re.match(r"\s*(Filter|Index Cond|Recheck Cond|One-Time Filter|Join Filter):", line) is not None


# ---- 8: negative stock hidden, overfull tanks hidden, a sync that fails or loses criticals ----


def test_08_negative_stock_shows_and_several_lines_of_a_tank_do_not_break_the_sync(
    world_owner: psycopg.Connection[Any],
) -> None:
    world_owner.execute(
        """
        update public.stocks_snapshot set stock_ambiant = -500, stock_15c = -495 where citerne_id = md5('tank/1')::uuid;
        insert into public.stocks_snapshot (citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c)
        values (md5('tank/1')::uuid, md5('produit')::uuid, 'PARTENAIRE', -7, -7);
        -- Each owner's stock fits into the tank, both together do not.
        update public.stocks_snapshot set stock_ambiant = 600000, stock_15c = 600000
        where citerne_id = md5('tank/2')::uuid;
        insert into public.stocks_snapshot (citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c)
        values (md5('tank/2')::uuid, md5('produit')::uuid, 'PARTENAIRE', 600000, 600000);
        """
    )
    figures = world_owner.execute(
        "select proprietaire_type, stock_ambiant_base from public.v_stock_actuel where citerne_id = md5('tank/1')::uuid"
    ).fetchall()
    assert sorted(figures) == [("MONALUXE", -500.0), ("PARTENAIRE", -7.0)]
    checks = world_owner.execute(
        "select check_code, entity_id, count(*), max(jsonb_array_length(payload -> 'lignes'))"
        " from public.v_integrity_checks where check_code in ('STOCK_NEGATIF', 'STOCK_OVER_CAPACITY') group by 1, 2"
    ).fetchall()
    assert ("STOCK_NEGATIF", named("tank/1"), 1, 2) in checks
    assert ("STOCK_OVER_CAPACITY", named("tank/2"), 1, 2) in checks
    for _ in range(2):
        world_owner.execute("select * from public.sync_system_alerts_from_integrity(null)")
    alerts = world_owner.execute(
        "select check_code, count(*) from public.system_alerts where entity_id in (md5('tank/1')::uuid,"
        " md5('tank/2')::uuid) and check_code <> 'STOCK_DIVERGENCE' group by 1 order by 1"
    ).fetchall()
    assert alerts == [("STOCK_NEGATIF", 1), ("STOCK_OVER_CAPACITY", 1)]


def test_08_a_limit_takes_the_most_severe_first(world_owner: psycopg.Connection[Any]) -> None:
    world_owner.execute(
        "update public.stocks_snapshot set stock_ambiant = -500 where citerne_id = md5('tank/1')::uuid;"
        " delete from public.system_alerts where not exists"
        " (select from public.system_alerts_history h where h.alert_id = system_alerts.id)"
    )
    severities = {row[0] for row in world_owner.execute("select severity from public.v_integrity_checks")}
    assert {"CRITICAL", "WARN"} <= severities
    world_owner.execute("select * from public.sync_system_alerts_from_integrity(1)")
    new = world_owner.execute(
        "select severity from public.system_alerts where id <> md5('system_alerts/any')::uuid"
    ).fetchall()
    assert new == [("CRITICAL",)]


# ---- 9: definer functions without a search_path ----


def test_09_every_function_has_an_empty_search_path(world_owner: psycopg.Connection[Any]) -> None:
    functions = world_owner.execute(
        "select p.oid::regprocedure::text, coalesce(p.proconfig::text[], '{}')"
        f" from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {OURS}"
    ).fetchall()
    assert functions
    assert not [name for name, settings in functions if settings != ['search_path=""']]


def test_09_objects_of_a_users_own_do_not_stand_in_for_ours(world_gateway: psycopg.Connection[Any]) -> None:
    """A session may create temporary tables: one by the name of ours must change nothing."""
    persona = persona_named("lecture-1")
    with request_of(world_gateway, persona) as session:
        before = session.execute("select count(*) from public.citernes").fetchone()
        session.execute(
            "create temporary table profils (user_id uuid, role text, depot_id uuid);"
            " create temporary table maintenance_transactions (xact_id xid8, purpose text)"
        )
        session.execute("insert into pg_temp.profils values (md5('lecture/1')::uuid, 'admin', null)")
        session.execute("set local search_path = pg_temp, public")
        session.execute("savepoint attempt")
        assert session.execute("select role from public.current_user_profile").fetchone() == ("lecture",)
        assert session.execute("select count(*) from public.citernes").fetchone() == before
        assert attempt(session, "insert into public.clients (nom) values ('Faux')").refused


# ---- 10: helpers that forbid parallel plans, or recurse ----


def test_10_helpers_of_policies_are_stable_parallel_safe_and_no_table_forces_row_security(
    world_owner: psycopg.Connection[Any],
) -> None:
    helpers = world_owner.execute(
        "select distinct p.oid::regprocedure::text, p.provolatile::text, p.proparallel::text, p.prosecdef,"
        " p.proconfig::text[] from pg_depend d join pg_proc p on p.oid = d.refobjid"
        " where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass"
    ).fetchall()
    assert {name for name, *_ in helpers} == DEFINERS_FOR_USERS & {name for name, *_ in helpers}
    assert {"app.user_role()", "app.user_citernes()", "app.user_depot_id()"} <= {name for name, *_ in helpers}
    for name, volatility, parallel, definer, settings in helpers:
        assert (volatility, parallel, definer, settings) == ("s", "s", True, ['search_path=""']), name
    assert not world_owner.execute("select relname from pg_class where relforcerowsecurity").fetchall()
    assert world_owner.execute(
        "select not bool_or(r.rolsuper) from pg_class c join pg_roles r on r.oid = c.relowner"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
    ).fetchone() == (True,)


@pytest.mark.parametrize("table", ["public.sorties_produit", "public.citernes", "public.cours_de_route"])
def test_10_policies_allow_parallel_plans(own_world: Database, table: str) -> None:
    assert "Parallel Seq Scan" in _parallel_plan(own_world, table)
    with own_world.connect(own_world.owner) as owner:
        owner.execute("alter function app.user_role() parallel unsafe")
    assert "Parallel Seq Scan" not in _parallel_plan(own_world, table), "the plan proves nothing"


def _parallel_plan(world: Database, table: str) -> str:
    """The plan of a count as a reader, where a parallel one costs nothing."""
    with world.connect() as connection:
        connection.execute("analyze")
    with world.connect(LOGIN) as gateway, request_of(gateway, persona_named("lecture-1")) as session:
        session.execute(
            "set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;"
            " set local min_parallel_table_scan_size = 0; set local max_parallel_workers_per_gather = 2;"
            " set local enable_indexscan = off; set local enable_bitmapscan = off;"
            " set local enable_indexonlyscan = off"
        )
        return "\n".join(line for (line,) in session.execute(f"explain select count(*) from {table}"))


def test_10_reading_profils_does_not_recurse(world_gateway: psycopg.Connection[Any]) -> None:
    for persona in PERSONAS:
        if persona.role == "authenticated":
            with request_of(world_gateway, persona) as session:
                assert attempt(session, "select * from public.profils").state is None, persona.name


# ---- 11: a view that joins the platform's accounts ----


def test_11_no_view_reads_the_platforms_accounts_and_every_view_answers_every_user(
    world_owner: psycopg.Connection[Any], world_gateway: psycopg.Connection[Any]
) -> None:
    assert not world_owner.execute(
        "select r.ev_class::regclass from pg_depend d join pg_rewrite r on r.oid = d.objid"
        " join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace"
        " where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and n.nspname = 'auth'"
    ).fetchall()
    for persona in PERSONAS:
        if persona.role == "authenticated":
            with request_of(world_gateway, persona) as session:
                for view in matrix().views:
                    outcome = attempt(session, f"select * from {view}")
                    assert outcome.state is None, f"{persona.name} {view}: {outcome}"


# ---- 12: a refused UPDATE or DELETE raises nothing ----


def test_12_a_client_learns_from_the_row_count_that_a_change_was_refused(
    world_owner: psycopg.Connection[Any], world_gateway: psycopg.Connection[Any]
) -> None:
    update = "update public.clients set pays = 'changé' where id = md5('clients/any')::uuid"
    delete = "delete from public.clients where id = md5('clients/any')::uuid"
    with request_of(world_gateway, persona_named("lecture-1")) as session:
        assert attempt(session, update).nothing
        assert attempt(session, delete).nothing
        assert attempt(session, "insert into public.clients (nom) values ('Faux')").refused
        # Where nobody may, the privilege is missing, and that does raise.
        assert attempt(session, "delete from public.receptions").refused
    assert attempt(world_owner, update).count == 1
    assert attempt(world_owner, delete).count == 1


def test_12_an_alert_acknowledged_by_an_admin_is_one_row(world_gateway: psycopg.Connection[Any]) -> None:
    """Production compared profils.id with auth.uid(): every update touched 0 rows, silently."""
    statement = "update public.system_alerts set status = 'ACK' where id = md5('system_alerts/any')::uuid"
    for role, rows in (("admin", 1), ("directeur", 1), ("pca", 0), ("gerant", 0), ("operateur", 0), ("lecture", 0)):
        with request_of(world_gateway, persona_named(f"{role}-1")) as session:
            assert attempt(session, statement).count == rows, role
