"""A session that may not insert learns nothing from trying: the same refusal, whatever stock, tanks and trips say.

BEFORE triggers run before a policy's WITH CHECK. Production told a user without a profile "stock insuffisant: 5321".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import psycopg
import pytest
from declared_access import PERSONAS, persona_named
from gateway import DENIED, LOGIN, attempt, request, request_of
from servers import Database

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]

NOBODY = "gen_random_uuid()"
TANKS = ("md5('tank/1')::uuid", "md5('tank/none')::uuid", "md5('tank/dormant')::uuid", NOBODY, "null")
PRODUCTS = ("md5('produit')::uuid", "md5('produits/any')::uuid", NOBODY)
DAYS = ("null", "'infinity'", "'-infinity'", "current_date - 4000")
MOMENTS = (
    "null",
    "'infinity'",
    "'-infinity'",
    "now() - interval '4000 days'",
    "'294276-12-31 23:59:59.999999+00'",  # the last moments there are: a zone east of UTC has no day for them
    "'4714-11-24 00:00:00+00 BC'",
)
VOLUMES = ("1", "1e9", "1e308", "'NaN'", "'Infinity'", "-1", "null")
TRIPS = ("null", "md5('cdr/1')::uuid", "md5('cours_de_route/1')::uuid", "md5('cdr/2')::uuid", NOBODY)
WHO = ("without-profile", "without-account", "lecture-1", "pca-1", "operateur-2", "operateur-without-depot")


def _receptions() -> Iterator[str]:
    base = "insert into public.receptions (citerne_id, produit_id, index_avant, index_apres"
    for tank, item in product(TANKS, PRODUCTS):
        yield f"{base}) values ({tank}, {item}, 0, 10)"
    for volume, other in product(VOLUMES, VOLUMES):
        figures = f"{volume}, {other}, {volume}, {other}"
        yield f"{base}, volume_15c, volume_ambiant) values ({TANKS[0]}, {PRODUCTS[0]}, {figures})"
    for trip, day in product(TRIPS, DAYS):
        yield f"{base}, cours_de_route_id, date_reception) values ({TANKS[0]}, {PRODUCTS[0]}, 0, 10, {trip}, {day})"
    for statut, owner in product(("'validee'", "'rejetee'", "'invalide'", "null"), ("'PARTENAIRE'", "'x'", "null")):
        yield f"{base}, statut, proprietaire_type) values ({TANKS[0]}, {PRODUCTS[0]}, 0, 10, {statut}, {owner})"
    known = f"{base}, id) values ({TANKS[0]}, {PRODUCTS[0]}, 0, 10, md5('receptions/1')::uuid)"
    yield known
    yield f"{known} on conflict do nothing"


def _sorties() -> Iterator[str]:
    base = "insert into public.sorties_produit (citerne_id, produit_id, client_id, volume_ambiant, volume_15c"
    client = "md5('client')::uuid"
    for tank, item, who in product(TANKS, PRODUCTS, (client, NOBODY, "null")):
        yield f"{base}) values ({tank}, {item}, {who}, 1, 1)"
    for volume, other in product(VOLUMES, VOLUMES):
        yield f"{base}) values ({TANKS[0]}, {PRODUCTS[0]}, {client}, {volume}, {other})"
        yield f"{base}, index_avant, index_apres) values ({TANKS[0]}, {PRODUCTS[0]}, {client}, 1, 1, {volume}, {other})"
    for statut, moment, tank in product(("validee", "brouillon", "rejetee", "x"), MOMENTS, (TANKS[0], NOBODY)):
        yield f"{base}, statut, date_sortie) values ({tank}, {PRODUCTS[0]}, {client}, 1, 1, '{statut}', {moment})"
    known = f"{base}, id) values ({TANKS[0]}, {PRODUCTS[0]}, {client}, 1, 1, md5('sortie/1/validee')::uuid)"
    yield known
    yield f"{known} on conflict do nothing"


def _trips() -> Iterator[str]:
    base = "insert into public.cours_de_route (depot_destination_id, produit_id, plaque_camion, date_chargement, statut"
    statuts = ("'CHARGEMENT'", "'TRANSIT'", "'FRONTIERE'", "'ARRIVE'", "'DECHARGE'", "'x'", "null")
    # A truck that is on the road already: the unique index would tell.
    for plate, statut in product(("'NEUF'", "'cdr/1'", "null"), statuts):
        yield f"{base}) values (md5('depot/1')::uuid, {PRODUCTS[0]}, {plate}, current_date, {statut})"
    for depot, item in product(("md5('depot/1')::uuid", NOBODY), PRODUCTS):
        yield f"{base}, arrive_at) values ({depot}, {item}, 'NEUF', current_date, 'ARRIVE', 'infinity')"
    yield (
        f"{base}, volume, fournisseur_id) values"
        f" (md5('depot/1')::uuid, {PRODUCTS[0]}, 'NEUF', current_date, 'ARRIVE', 'NaN', {NOBODY})"
    )


def _others() -> Iterator[str]:
    adjustment = (
        "insert into public.stocks_adjustments"
        " (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by) values"
    )
    movements = ("md5('receptions/1')::uuid", "md5('sortie/1/validee')::uuid", NOBODY)
    for kind, movement, delta in product(("RECEPTION", "SORTIE", "x"), movements, VOLUMES):
        yield f"{adjustment} ('{kind}', {movement}, {delta}, 1, 'Correction tentée', {NOBODY})"
    for volume, tank in product(VOLUMES, TANKS):
        yield f"insert into public.prises_de_hauteur (citerne_id, volume_mesure) values ({tank}, {volume})"


CASES = {
    "reception": list(_receptions()),
    "sortie": list(_sorties()),
    "cours_de_route": list(_trips()),
    "adjustment or gauging": list(_others()),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("kind", CASES)
def test_a_refused_insert_says_the_same_whatever_the_data_say(world: Database, kind: str, who: str) -> None:
    persona = persona_named(who)
    told = []
    with world.connect(LOGIN) as gateway, request_of(gateway, persona) as session:
        for statement in CASES[kind]:
            outcome = attempt(session, statement)
            table = statement.split()[2].removeprefix("public.")
            if (outcome.state, outcome.message) != (
                DENIED,
                f'new row violates row-level security policy for table "{table}"',
            ):
                told.append(f"{statement}: {outcome}")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("kind", CASES)
def test_the_data_do_speak_to_those_who_may_insert(world: Database, kind: str) -> None:
    """Otherwise the test above would prove nothing."""
    persona = persona_named("admin-1")
    with world.connect(LOGIN) as gateway, request_of(gateway, persona) as session:
        states = {attempt(session, statement).state for statement in CASES[kind]}
    assert None in states
    assert {"23503", "23514"} <= states, states


def test_the_call_of_a_function_teaches_nothing(world: Database) -> None:
    calls = [
        f"select public.declare_stock_ouverture({tank}, {item}, 'MONALUXE', {volume}, 1, 'Inventaire initial')"
        for tank, item, volume in product(TANKS, PRODUCTS, VOLUMES)
    ]
    for persona in PERSONAS:
        if persona.declared == "admin" or persona.role != "authenticated":
            continue
        with world.connect(LOGIN) as gateway, request_of(gateway, persona) as session:
            outcomes = {attempt(session, call) for call in calls}
        assert len(outcomes) == 1 and outcomes.pop().refused, persona.name


def test_changes_of_rows_that_are_hidden_teach_nothing(
    world: Database,
) -> None:
    """Guards of UPDATE and DELETE never see a row that the session may not change."""
    persona = persona_named("operateur-2")
    statements = (
        "update public.cours_de_route set statut = 'DECHARGE' where plaque_camion = 'cdr/1'",
        "update public.sorties_produit set volume_ambiant = 1e9, statut = 'validee'"
        " where citerne_id = md5('tank/1')::uuid",
        "delete from public.sorties_produit where citerne_id = md5('tank/1')::uuid",
        "update public.profils set role = 'admin'",
    )
    with world.connect(LOGIN) as gateway, request_of(gateway, persona) as session:
        for statement in statements:
            assert attempt(session, statement).nothing, statement
    with world.connect(world.owner) as connection, request(connection, None, {}) as owner:
        assert attempt(owner, statements[0]).succeeded


def test_psycopg_reports_no_detail_with_a_refusal(world: Database) -> None:
    """Neither detail, hint nor context carries what the message does not."""
    persona = persona_named("without-profile")
    with world.connect(LOGIN) as gateway, request_of(gateway, persona) as session:
        for statements in CASES.values():
            with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
                session.execute(statements[0])
            session.execute("rollback to savepoint attempt")
            diagnosis: Any = refused.value.diag
            assert (diagnosis.message_detail, diagnosis.message_hint, diagnosis.context) == (None, None, None)
