"""Opening stock, adjustments, who and when, and what a refused session learns (domain.md, section 5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from depot import (
    DEPOT_A,
    DEPOT_B,
    ESSENCE,
    TANK_A,
    TANK_A2,
    TANK_B,
    USERS,
    ZONES,
    Depot,
)
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    InvalidParameterValue,
    UniqueViolation,
)

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

SOMEONE, LONG_AGO = USERS["pca_b"], "2001-01-01 00:00+00"
FAR_ZONE = "Pacific/Pago_Pago"  # a day behind depot B at any hour


# --- opening stock ------------------------------------------------------------------------------------------------


def test_an_opening_stock_credits_its_line_and_logs_itself(depot: Depot) -> None:
    made = depot.opening(5_000.5, 4_900)
    assert depot.snapshot() == (depot.value("select 5000.5"), 4_900)
    assert [row[1:] for row in depot.journal()] == [(depot.value("select 5000.5"), 4_900)]
    [(user, _, niveau, target, details)] = depot.logs("STOCK_OUVERTURE")
    assert (user, niveau, target, details["reason"]) == (USERS["admin_a"], "WARNING", made, "Opening inventory")
    assert depot.value("select declared_by::text from public.stocks_ouverture") == USERS["admin_a"]


@pytest.mark.parametrize("user", [name for name in USERS if not name.startswith("admin")])
def test_only_an_admin_declares_an_opening_stock(depot: Depot, user: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        depot.opening(1, user=user)
    assert depot.state()["stocks_ouverture"] == []


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_no_other_role_declares_an_opening_stock(depot: Depot, role: str) -> None:
    query = "select public.declare_stock_ouverture(%s, %s, 'MONALUXE', 1, 1, 'Opening inventory')"
    with pytest.raises(InsufficientPrivilege):
        depot.gateway.read(None, query, (TANK_A, ESSENCE), role=role)


@pytest.mark.parametrize("user", ["admin_a", "directeur_a"])
def test_the_function_is_the_only_way(depot: Depot, user: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        depot.insert(
            user, "stocks_ouverture", citerne_id=TANK_A, produit_id=ESSENCE, proprietaire_type="MONALUXE",
            stock_ambiant=1, stock_15c=1, reason="Opening inventory",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "too short"}, CheckViolation),
        ({"reason": "    padded   "}, CheckViolation),
        ({"ambiant": -1}, CheckViolation),
        ({"v15": -1}, CheckViolation),
        ({"ambiant": "NaN"}, CheckViolation),
        ({"v15": "Infinity"}, CheckViolation),
        ({"owner": "CLIENT"}, CheckViolation),
        ({"produit": ESSENCE}, CheckViolation),
        ({"declared_at": "2999-01-01"}, InvalidParameterValue),
        ({"declared_at": "infinity"}, InvalidParameterValue),
    ],
)
def test_an_opening_stock_must_make_sense(depot: Depot, changes: dict[str, Any], error: Any) -> None:
    with pytest.raises(error):
        depot.opening(**({"ambiant": 100, "v15": 100} | changes))
    assert not any(depot.state().values())


def test_an_opening_stock_has_a_finite_day(depot: Depot) -> None:
    with pytest.raises(psycopg.Error):
        depot.opening(100, declared_at="-infinity")


@pytest.mark.parametrize("reason", ["\t" * 10, "short\n\n\n\n\n\n"])
def test_a_reason_is_ten_characters_not_counting_any_white_space_around(depot: Depot, reason: str) -> None:
    made = depot.reception()
    with pytest.raises(CheckViolation):
        depot.adjustment("RECEPTION", made, 1, reason=reason)
    with pytest.raises(CheckViolation):
        depot.opening(1, reason=reason)


def test_an_opening_stock_is_declared_once_a_line(depot: Depot) -> None:
    depot.opening(100)
    with pytest.raises(UniqueViolation):
        depot.opening(200)
    depot.opening(50, owner="PARTENAIRE")
    depot.opening(70, tank=TANK_A2)
    assert (depot.snapshot(), depot.snapshot(owner="PARTENAIRE")) == ((100, 100), (50, 50))


def test_a_late_declaration_counts_from_its_day(depot: Depot) -> None:
    depot.reception(10, date_reception="2026-01-10")
    depot.opening(100, declared_at="2026-01-05 23:30+00")  # the 6th in depot A
    assert [row[:2] for row in depot.journal()] == [(date(2026, 1, 6), 100), (date(2026, 1, 10), 110)]


# --- adjustments --------------------------------------------------------------------------------------------------


def test_an_adjustment_corrects_the_view_and_moves_no_base_figure(depot: Depot) -> None:
    made = depot.reception(1_000)
    base = depot.snapshot(), depot.journal()
    adjusted = depot.adjustment("RECEPTION", made, -10, -9.5)
    assert (depot.snapshot(), depot.journal()) == base
    [(user, _, niveau, target, details)] = depot.logs("STOCK_AJUSTEMENT")
    assert (user, niveau, target, details["delta_ambiant"]) == (USERS["admin_a"], "WARNING", adjusted, -10)
    assert depot.rows("select stock_ambiant, stock_15c from public.v_stock_actuel") == [(990, 990.5)]


def test_the_line_of_an_adjustment_is_its_movements(depot: Depot) -> None:
    depot.reception(5_000, proprietaire_type="PARTENAIRE")
    out = depot.sortie(1_000, proprietaire_type="PARTENAIRE")
    depot.adjustment(
        "SORTIE", out, 5, citerne_id=TANK_B, produit_id=ESSENCE, proprietaire_type="MONALUXE", depot_id=DEPOT_B
    )
    line = "a.citerne_id, a.produit_id, a.proprietaire_type, c.depot_id"
    assert depot.rows(
        f"select ({line.replace('c.', 'a.')}) = (s.citerne_id, s.produit_id, s.proprietaire_type, c.depot_id)"
        " from public.stocks_adjustments a join public.sorties_produit s on s.id = a.mouvement_id"
        " join public.citernes c on c.id = s.citerne_id"
    ) == [(True,)]


def test_only_a_validated_movement_of_that_type_is_adjusted(depot: Depot) -> None:
    reception, rejected = depot.reception(), depot.reception(statut="rejetee")
    draft = depot.sortie(statut="brouillon")
    for kind, movement in [
        ("RECEPTION", rejected), ("SORTIE", draft), ("SORTIE", reception), ("RECEPTION", draft),
        ("RECEPTION", "99999999-0000-4000-8000-000000000000"),
    ]:  # fmt: skip
        with pytest.raises(ForeignKeyViolation):
            depot.adjustment(kind, movement, 1)
    with pytest.raises(CheckViolation):
        depot.adjustment("OUVERTURE", reception, 1)
    assert depot.state()["stocks_adjustments"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ambiant": 0, "v15": 0}, {"ambiant": 0.0004, "v15": -0.0004}, {"reason": "short"},
        {"reason": "    pad    "}, {"ambiant": "NaN"}, {"ambiant": "Infinity"}, {"v15": "-Infinity"},
    ],
)  # fmt: skip
def test_an_adjustment_must_make_sense(depot: Depot, changes: dict[str, Any]) -> None:
    made = depot.reception()
    with pytest.raises(CheckViolation):
        depot.adjustment("RECEPTION", made, **({"ambiant": 1, "v15": 1} | changes))


def test_an_adjustment_of_one_figure_is_enough_and_the_same_one_counts_once(depot: Depot) -> None:
    made = depot.reception()
    depot.adjustment("RECEPTION", made, 0, 5)
    depot.adjustment("RECEPTION", made, 5, 0)
    with pytest.raises(UniqueViolation):
        depot.adjustment("RECEPTION", made, 5, 0)
    depot.adjustment("RECEPTION", made, 5, 0, reason="Another ground for it")


@pytest.mark.parametrize("user", [name for name in USERS if not name.startswith("admin")])
def test_only_an_admin_adjusts(depot: Depot, user: str) -> None:
    made = depot.reception()
    with pytest.raises(InsufficientPrivilege):
        depot.adjustment("RECEPTION", made, 1, user=user)


# --- who and when -------------------------------------------------------------------------------------------------


CLAIMED: dict[str, Any] = {"created_by": SOMEONE, "validated_by": SOMEONE, "created_at": LONG_AGO}


@pytest.mark.parametrize(
    ("kind", "columns", "validated"),
    [
        ("reception", {}, True), ("reception", {"statut": "rejetee"}, False), ("sortie", {}, True),
        ("sortie", {"statut": "brouillon"}, False), ("sortie", {"statut": "rejetee"}, False),
    ],
)  # fmt: skip
def test_a_client_cannot_claim_someone_else_or_another_time(
    depot: Depot, kind: str, columns: dict[str, Any], validated: bool
) -> None:
    depot.reception(user=None)
    made = getattr(depot, kind)(100, user="operateur_a", **CLAIMED, **columns)
    table = {"reception": "receptions", "sortie": "sorties_produit"}[kind]
    me = USERS["operateur_a"]
    assert depot.rows(
        f"select created_by::text, validated_by::text, created_at > now() - interval '1 hour' from public.{table}"
        " where id = %s",
        (made,),
    ) == [(me, me if validated else None, True)]


def test_an_edit_cannot_claim_someone_else_or_another_time(depot: Depot) -> None:
    draft = depot.sortie(user="operateur_a", statut="brouillon")
    before = depot.rows("select created_by, created_at from public.sorties_produit")
    for statut in ("brouillon", "rejetee"):
        depot.gateway.change(
            USERS["gerant_a"],
            "update public.sorties_produit set created_by = %s, validated_by = %s, created_at = %s, statut = %s"
            " where id = %s",
            (SOMEONE, SOMEONE, LONG_AGO, statut, draft),
        )
        assert depot.rows("select created_by, created_at from public.sorties_produit") == before
        assert depot.value("select validated_by from public.sorties_produit") is None


def test_an_adjustment_is_its_authors(depot: Depot) -> None:
    made = depot.reception()
    depot.adjustment("RECEPTION", made, 1, created_by=SOMEONE, created_at=LONG_AGO)
    assert depot.rows(
        "select created_by::text, created_at > now() - interval '1 hour' from public.stocks_adjustments"
    ) == [(USERS["admin_a"], True)]


def test_a_gauging_and_a_trip_carry_the_servers_clock(depot: Depot) -> None:
    depot.insert("operateur_a", "prises_de_hauteur", citerne_id=TANK_A, volume_mesure=1, created_at=LONG_AGO)
    depot.insert(
        "operateur_a", "cours_de_route", depot_destination_id=DEPOT_A,
        plaque_camion="X1", date_chargement="2026-01-01", statut="ARRIVE", created_at=LONG_AGO, arrive_at=LONG_AGO,
    )  # fmt: skip
    recent = "created_at > now() - interval '1 hour'"
    assert depot.rows(f"select {recent} from public.prises_de_hauteur") == [(True,)]
    assert depot.rows(f"select {recent}, arrive_at = created_at from public.cours_de_route") == [(True, True)]


def test_without_an_account_the_server_job_names_the_author(depot: Depot) -> None:
    with depot.gateway.request(None, "service_role") as connection:
        connection.execute(
            "insert into public.receptions (citerne_id, produit_id, index_avant, index_apres, created_by)"
            " select id, produit_id, 0, 10, %s from public.citernes where id = %s",
            (SOMEONE, TANK_A),
        )
    assert depot.value("select created_by::text from public.receptions") == SOMEONE
    assert depot.snapshot() == (10, 0)


# --- the day of a movement ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", FAR_ZONE, ZONES[DEPOT_B]])
def test_the_day_is_the_depots_never_the_sessions(depot: Depot, zone: str) -> None:
    """Without a date a movement falls on today, in the zone of the tank's depot."""
    with depot.gateway.request(USERS["gerant_b"], settings={"timezone": zone}) as connection:
        connection.execute(
            "insert into public.receptions (citerne_id, produit_id, index_avant, index_apres, volume_15c)"
            " select id, produit_id, 0, 5000, 5000 from public.citernes where id = %s",
            (TANK_B,),
        )
        connection.execute(
            "insert into public.sorties_produit (citerne_id, produit_id, client_id, volume_ambiant, volume_15c)"
            " select c.id, c.produit_id, k.id, 1, 1 from public.citernes c, public.clients k where c.id = %s",
            (TANK_B,),
        )
    with depot.gateway.request(USERS["admin_a"], settings={"timezone": zone}) as connection:
        connection.execute(
            "select public.declare_stock_ouverture(id, produit_id, 'PARTENAIRE', 1, 1, 'Opening inventory')"
            " from public.citernes where id = %s",
            (TANK_B,),
        )
    there = depot.value("select (now() at time zone %s)::date", (ZONES[DEPOT_B],))
    assert (
        depot.rows(
            "select date_reception from public.receptions union all select date_jour from public.sorties_produit"
            " union all select date_jour from public.stocks_ouverture"
            " union all select date_jour from public.stocks_journaliers"
        )
        == [(there,)] * 5
    )


@pytest.mark.parametrize("zone", ["UTC", FAR_ZONE])
def test_a_moment_near_midnight_falls_on_the_depots_day(depot: Depot, zone: str) -> None:
    depot.reception(5_000, date_reception="2026-01-01")
    depot.reception(5_000, citerne_id=TANK_B, date_reception="2026-01-01")
    for tank, moment, day in [
        (TANK_A, "2026-01-31 21:59+00", date(2026, 1, 31)),
        (TANK_A, "2026-01-31 22:00+00", date(2026, 2, 1)),
        (TANK_B, "2026-01-31 09:59+00", date(2026, 1, 31)),
        (TANK_B, "2026-01-31 10:00+00", date(2026, 2, 1)),
    ]:
        with depot.gateway.request(USERS["gerant_a"], settings={"timezone": zone}) as connection:
            [found] = connection.execute(
                "insert into public.sorties_produit"
                " (citerne_id, produit_id, client_id, volume_ambiant, volume_15c, date_sortie)"
                " select c.id, c.produit_id, k.id, 1, 1, %s from public.citernes c, public.clients k where c.id = %s"
                " returning date_jour",
                (moment, tank),
            )  # fmt: skip
        assert found == (day,)


def test_a_draft_has_its_day_from_its_validation(depot: Depot) -> None:
    depot.reception(5_000, date_reception="2026-01-01")
    draft = depot.sortie(1, statut="brouillon", date_sortie="2026-03-01 23:00+00")
    assert depot.value("select date_jour from public.sorties_produit") is None
    depot.gateway.change(
        USERS["gerant_a"], "update public.sorties_produit set statut = 'validee' where id = %s", (draft,)
    )
    assert depot.value("select date_jour from public.sorties_produit") == date(2026, 3, 2)


def test_a_change_of_zone_moves_no_history(depot: Depot) -> None:
    depot.opening(5_000, declared_at="2026-01-05 23:30+00")
    depot.sortie(1, date_sortie="2026-01-31 22:30+00")
    before = depot.journal()
    depot.gateway.change(USERS["admin_a"], "update public.depots set fuseau_horaire = %s", (FAR_ZONE,))
    depot.rows("select public.rebuild_stocks()")
    assert depot.journal() == before


# --- a refused session learns nothing -----------------------------------------------------------------------------


def _refusal(depot: Depot, user: str, kind: str, columns: dict[str, Any]) -> tuple[str | None, str | None]:
    try:
        getattr(depot, kind)(user=user, **columns)
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary
    raise AssertionError(f"{user} could insert a {kind} with {columns}")


@pytest.mark.parametrize("user", ["sans_profil", "lecture_a", "pca_a", "operateur_b"])
@pytest.mark.parametrize("kind", ["reception", "sortie"])
def test_a_session_that_may_not_insert_learns_nothing(depot: Depot, user: str, kind: str) -> None:
    depot.reception(5_000)
    trip = depot.trip("TRANSIT")
    missing = "99999999-0000-4000-8000-000000000000"
    attempts: list[dict[str, Any]] = [
        {}, {"volume": 999_999}, {"volume": -1}, {"volume": "NaN"}, {"v15": None}, {"produit_id": ESSENCE},
        {"citerne_id": missing}, {"produit_id": missing}, {"statut": "rejetee"},
    ]  # fmt: skip
    if kind == "reception":
        attempts += [{"cours_de_route_id": trip}, {"cours_de_route_id": missing}, {"date_reception": "-infinity"}]
    else:
        attempts += [{"client_id": None}, {"date_sortie": "infinity"}, {"statut": "brouillon"}]
    outcomes = {_refusal(depot, user, kind, columns) for columns in attempts}
    table = {"reception": "receptions", "sortie": "sorties_produit"}[kind]
    assert outcomes == {("42501", f'new row violates row-level security policy for table "{table}"')}


def test_a_session_that_may_not_adjust_learns_nothing(depot: Depot) -> None:
    made = depot.reception(5_000)
    for movement in (made, "99999999-0000-4000-8000-000000000000"):
        for delta in (1, 0, "NaN"):
            state, message = _refusal(
                depot, "gerant_a", "adjustment", {"kind": "RECEPTION", "movement": movement, "ambiant": delta}
            )
            assert (state, message) == (
                "42501", 'new row violates row-level security policy for table "stocks_adjustments"'
            )  # fmt: skip


def test_the_last_representable_moment_tells_nothing_of_the_tank(depot: Depot) -> None:
    """Representable, but not in every zone: whether the tank exists, and its zone, must not show in the error."""
    columns = {"date_sortie": "294276-12-31 23:59:59+00"}
    outcomes = {
        _refusal(depot, "sans_profil", "sortie", columns | {"citerne_id": tank})[0]
        for tank in (TANK_A, "99999999-0000-4000-8000-000000000000")
    }
    assert outcomes == {"42501"}
