"""Hole 4 of production: any user makes himself admin. Nobody changes his own role or depot, by any route."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from declared_access import PERSONAS, ROLES
from gateway import attempt, named, request_of
from servers import Database

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]


ROUTES = {
    "update": "update public.profils set role = 'admin', depot_id = null where user_id = %(me)s",
    "update to another role": "update public.profils set role = 'gerant' where user_id = %(me)s",
    "update of his depot": "update public.profils set depot_id = md5('depots/any')::uuid where user_id = %(me)s",
    "update of all": "update public.profils set role = 'pca'",
    "a second profile": "insert into public.profils (user_id, role) values (%(me)s, 'admin')",
    "upsert on the account": "insert into public.profils (user_id, role) values (%(me)s, 'admin')"
    " on conflict (user_id) do update set role = 'gerant', depot_id = null",
    "upsert on the id": "insert into public.profils (id, user_id, role) values (%(mine)s, %(me)s, 'admin')"
    " on conflict (id) do update set role = 'gerant', user_id = excluded.user_id",
    "another's profile made his": "update public.profils set user_id = %(me)s where id = md5('profils/none')::uuid",
    "his profile given away, another's taken": "with given as (update public.profils set user_id = null"
    " where id = %(mine)s returning 1) update public.profils set user_id = %(me)s, role = 'admin'"
    " where id = md5('profils/none')::uuid and exists (select from given)",
    "his profile given away": "update public.profils set user_id = null where user_id = %(me)s",
    "two profiles exchanged": "update public.profils set user_id = case id when %(mine)s then md5('collegue/1')::uuid"
    " else %(me)s end where id in (%(mine)s, md5('profils/1')::uuid)",
    "his profile deleted": "delete from public.profils where user_id = %(me)s",
    "merge": "merge into public.profils p using (select 1) s on p.user_id = %(me)s"
    " when matched then update set role = 'gerant'",
    "through his view": "update public.current_user_profile set role = 'admin'",
    "through his view, inserted": "insert into public.current_user_profile (user_id, role) values (%(me)s, 'admin')",
    "in the platform's accounts": "update auth.users set id = md5('admin/1')::uuid where id = %(me)s",
}


@pytest.mark.parametrize("route", ROUTES)
def test_04_nobody_changes_his_own_role_or_depot(
    world: Database, world_gateway: psycopg.Connection[Any], route: str
) -> None:
    members = [persona for persona in PERSONAS if persona.role == "authenticated" and "sub" in persona.claims]
    assert {persona.declared for persona in members} == {*ROLES, None}
    for persona in members:
        parameters = {"me": named(persona.account), "mine": named(f"profil/{persona.account}")}
        with request_of(world_gateway, persona) as session:
            mine = "select role, depot_id, user_id from public.current_user_profile"
            before = session.execute(mine).fetchall()
            outcome = attempt(session, ROUTES[route], parameters)
            denied = outcome.refused or outcome.nothing
            # One account has one profile, for an admin too.
            assert denied or (route == "a second profile" and outcome.state == "23505"), f"{persona.name}: {outcome}"
            # Several statements of one request are no way either.
            session.execute("savepoint outer_attempt")
            try:
                session.execute(ROUTES[route], parameters)
                session.execute(
                    "update public.profils set nom_complet = nom_complet where user_id = %(me)s", parameters
                )
                assert session.execute(mine).fetchall() == before, persona.name
            except psycopg.Error:
                session.execute("rollback to savepoint outer_attempt")
            assert session.execute(mine).fetchall() == before, persona.name


def test_04_the_owner_can_so_that_the_refusals_prove_something(world_owner: psycopg.Connection[Any]) -> None:
    parameters = {"me": named("lecture/1"), "mine": named("profil/lecture/1")}
    for route in ("update", "update of his depot", "upsert on the account", "his profile given away", "merge"):
        assert attempt(world_owner, ROUTES[route], parameters).succeeded, route
