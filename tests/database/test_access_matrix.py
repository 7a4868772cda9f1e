"""Who may do what: every relation, command, session and class of rows, tried, against the declared matrix."""

from __future__ import annotations

import pytest
from access_judge import differences, privileges, undeclared
from declared_access import OUTSIDERS, PERSONAS, Persona, matrix, persona_named
from gateway import LOGIN, attempt, request
from servers import Database

from rempart.config import Config

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.name)
def test_a_session_can_do_what_the_matrix_declares_and_nothing_else(world: Database, persona: Persona) -> None:
    found = differences(world, persona, matrix())
    assert not found, "\n".join(found)


def test_every_relation_and_function_has_a_row_in_the_matrix(world: Database, config: Config) -> None:
    with world.connect() as connection:
        found = undeclared(connection, config.exposed_schemas, matrix())
    assert not found, "\n".join(found)


def test_no_privilege_is_held_on_what_the_matrix_gives_to_nobody(world: Database) -> None:
    with world.connect() as connection:
        found = privileges(connection, matrix())
    assert not found, "\n".join(found)


def test_every_row_of_the_matrix_says_how_it_is_tried() -> None:
    declared, tried = matrix(), matrix().attempts
    missing = [name for name in (*declared.tables, *declared.functions) if name not in tried]
    assert not missing
    for name, declaration in declared.tables.items():
        assert set(declaration.cells) - {"select"} == set(tried[name]), name
        assert {command.split()[0] for command in declaration.cells} == {
            "select",
            "insert",
            "update",
            "delete",
        }, name


def test_outsiders_are_named_by_no_cell() -> None:
    assert all(persona.declared is None for persona in OUTSIDERS)


def test_service_role_reads_every_row_and_changes_nothing_immutable(world: Database) -> None:
    declared = matrix()
    facts = declared.service_role
    told = []
    persona = Persona("service_role", "service_role", {"role": "service_role"})
    with (
        world.connect(world.owner) as owner,
        world.connect(LOGIN) as connection,
        request(connection, "service_role", {"role": "service_role"}) as session,
    ):
        for name in declared.relations:
            outcome = attempt(session, f"select * from {name}")
            total = owner.execute(f"select * from {name}").rowcount
            right = outcome.refused if name in facts["cannot_read"] else outcome.count == total > 0
            if not right:
                told.append(f"{name}: the owner reads {total}, service_role {outcome}")
            truncated = attempt(session, f"truncate {name} cascade")
            if name in declared.tables and not truncated.refused:
                told.append(f"truncate {name}: {truncated}")
        immutable = {name: ["update", "delete"] for name in facts["immutable"]} | facts["immutable_rows"]
        for name, commands in immutable.items():
            for command in commands:
                place = (
                    "1" if "1" in persona.places("other") and "own" in declared.tables[name].cells["select"] else "any"
                )
                outcome = attempt(session, declared.attempts[name][command], persona.parameters(name, place))
                if outcome.state not in ("42501", "23001"):
                    told.append(f"{name} {command}: {outcome}")
        for name, function in declared.functions.items():
            outcome = attempt(session, declared.attempts[name]["execute"])
            if not (outcome.succeeded if function.service_role else outcome.refused):
                told.append(f"{name}: {outcome}")
    assert not told, "\n".join(told)


HOLES = {
    "one forgotten policy voids the scoping beside it": (
        "create policy forgotten on public.citernes for select to authenticated using (true)",
        "lecture-1",
        "public.citernes select other: sees",
    ),
    "a reader may write": (
        "create policy forgotten on public.clients for insert to authenticated"
        " with check ((select app.user_role() is not null))",
        "lecture-1",
        "public.clients insert any: declared denied, observed 1 row(s)",
    ),
    "a user without a profile reads": (
        "create policy forgotten on public.produits for select to authenticated using (true)",
        "without-profile",
        "public.produits select any: sees",
    ),
    "the audit log is written through its view": (
        "grant update on table public.logs to authenticated;"
        " grant update on table public.log_actions to authenticated;"
        " create policy forgotten on public.log_actions for update to authenticated using (true)",
        "lecture-1",
        "public.logs update: declared nobody",
    ),
    "a view runs with its owner's rights": (
        "alter view public.v_stock_actuel set (security_invoker = false)",
        "operateur-1",
        "public.v_stock_actuel select other: sees",
    ),
    "another column of an alert": (
        "grant update (message) on table public.system_alerts to authenticated",
        "admin-1",
        "public.system_alerts update message: declared nobody",
    ),
    "a privilege of owners": (
        "grant truncate on table public.citernes to authenticated",
        "admin-1",
        "public.citernes: holds TRUNCATE",
    ),
    "what is declared is refused": (
        "drop policy citernes_update_admin_directeur on public.citernes",
        "directeur-2",
        "public.citernes update other: declared allowed, observed 0 row(s)",
    ),
    "a function answers others": (
        "grant execute on function public.rebuild_stocks(uuid) to authenticated",
        "lecture-1",
        "public.rebuild_stocks(uuid): declared denied, observed 1 row(s)",
    ),
    "an operator reaches another depot": (
        "create policy forgotten on public.receptions for insert to authenticated"
        " with check ((select app.user_role() = 'operateur'))",
        "operateur-2",
        "public.receptions insert other: declared denied, observed 1 row(s)",
    ),
    "a table lost its rows": (
        "alter table public.prises_de_hauteur disable trigger all; delete from public.prises_de_hauteur",
        "admin-1",
        "public.prises_de_hauteur select own: the owner sees no such row, which proves nothing",
    ),
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_planted_hole_is_found(own_world: Database, hole: str) -> None:
    planted, persona, expected = HOLES[hole]
    with own_world.connect() as connection:
        connection.execute(planted)
    relation = expected.split(":")[0].split(" ")[0]
    found = differences(own_world, persona_named(persona), matrix(), only=relation)
    assert any(one.startswith(f"{persona}: {expected}") for one in found), "\n".join(found) or "nothing found"


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ("create table public.demain (id int)", "table public.demain has no row in matrix.toml"),
        ("create view public.demain as select 1 as un", "view public.demain has no row in matrix.toml"),
        ("create sequence public.demain", "sequence public.demain has no row in matrix.toml"),
        (
            "create materialized view public.demain as select 1 as un",
            "materialized view public.demain has no row in matrix.toml",
        ),
        (
            "create function public.demain(a int, b text) returns int language sql return 1",
            "function public.demain(integer,text) has no row in matrix.toml",
        ),
        (
            "drop view public.logs",
            "matrix.toml declares view public.logs, which does not exist",
        ),
    ],
)
def test_a_relation_added_tomorrow_is_found(world: Database, config: Config, planted: str, expected: str) -> None:
    with world.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(planted)
        found = undeclared(connection, config.exposed_schemas, matrix())
    assert found == [expected]


def test_a_column_privilege_on_what_is_nobodys_is_found(world: Database) -> None:
    with world.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("grant update (note) on table public.receptions to authenticated")
        found = privileges(connection, matrix())
    assert found == ["authenticated holds update on public.receptions (note)"]


def test_the_judge_is_not_fooled_by_an_error_that_proves_nothing(own_world: Database) -> None:
    """A check that fails before the policy speaks is no denial."""
    with own_world.connect() as connection:
        connection.execute(
            "create function app.talks() returns trigger language plpgsql as"
            " $$ begin raise exception 'stock insuffisant: 5321'; end $$;"
            " create trigger a_talks before insert on public.receptions for each row execute function app.talks()"
        )
    found = differences(own_world, persona_named("without-profile"), matrix(), only="public.receptions")
    assert any("public.receptions insert" in one and "proves nothing" in one for one in found)
