"""The views the application reads: their columns are contracts, their figures the corrected stock (section 5)."""

from __future__ import annotations

import contextlib

import pytest
from depot import (
    DEPOT_A,
    DEPOT_B,
    GASOIL,
    TANK_A,
    TANK_A2,
    TANK_B,
    USERS,
    ZONES,
    Depot,
)
from psycopg.errors import Error, InsufficientPrivilege

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

F8, UUID, TEXT, TSTZ, DATE = "double precision", "uuid", "text", "timestamp with time zone", "date"
COLUMNS = {
    "v_stock_actuel": {
        "depot_id": UUID, "citerne_id": UUID, "produit_id": UUID, "proprietaire_type": TEXT, "stock_ambiant": F8,
        "stock_15c": F8, "last_movement_at": TSTZ, "updated_at": TSTZ, "stock_ambiant_base": F8,
        "stock_15c_base": F8, "delta_ambiant_total": F8, "delta_15c_total": F8,
    },
    "v_mouvements_stock": {
        "date_jour": DATE, "citerne_id": UUID, "produit_id": UUID, "depot_id": UUID, "proprietaire_type": TEXT,
        "delta_ambiant": F8, "delta_15c": F8,
    },
    "v_kpi_stock_global": {
        "depot_id": UUID, "depot_nom": TEXT, "produit_id": UUID, "produit_nom": TEXT, "date_jour": DATE,
        "stock_ambiant_total": F8, "stock_15c_total": F8, "stock_ambiant_monaluxe": F8, "stock_15c_monaluxe": F8,
        "stock_ambiant_partenaire": F8, "stock_15c_partenaire": F8,
    },
    "cours_route": {
        "id": UUID, "fournisseur_id": UUID, "depot_destination_id": UUID, "produit_id": UUID, "plaques": TEXT,
        "chauffeur": TEXT, "transporteur": TEXT, "volume": "numeric", "statut": TEXT, "date": DATE, "created_at": TSTZ,
    },
    "logs": {
        "id": UUID, "created_at": TSTZ, "module": TEXT, "action": TEXT, "niveau": TEXT, "user_id": UUID,
        "details": "jsonb",
    },
    "current_user_profile": {
        "id": UUID, "user_id": UUID, "nom_complet": TEXT, "role": TEXT, "depot_id": UUID, "email": TEXT,
        "created_at": TSTZ,
    },
    "v_integrity_checks": {
        "check_code": TEXT, "severity": TEXT, "entity_type": TEXT, "entity_id": UUID, "message": TEXT,
        "payload": "jsonb", "detected_at": TSTZ,
    },
}  # fmt: skip
STOCK = (
    "select stock_ambiant, stock_15c, stock_ambiant_base, stock_15c_base, delta_ambiant_total, delta_15c_total"
    " from public.v_stock_actuel"
)


@pytest.mark.parametrize("view", COLUMNS)
def test_the_columns_of_a_view_are_its_contract(depot: Depot, view: str) -> None:
    found = depot.rows(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = ('public.' || %s)::regclass and attnum > 0 and not attisdropped order by attnum",
        (view,),
    )
    assert dict(found) == COLUMNS[view]
    if view != "v_integrity_checks":
        assert [name for name, _ in found] == list(COLUMNS[view])


def test_no_view_was_forgotten(depot: Depot) -> None:
    found = depot.rows(
        "select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    )
    assert {name for (name,) in found} == set(COLUMNS)


def test_corrected_stock_is_base_plus_adjustments_and_not_clamped(depot: Depot) -> None:
    made = depot.reception(1_000, 990)
    depot.adjustment("RECEPTION", made, -1_500, -1_400.5)
    depot.adjustment("RECEPTION", made, 100, 50)
    assert depot.rows(STOCK) == [(-400, -360.5, 1_000, 990, -1_400, -1_350.5)]


def test_a_snapshot_without_adjustments_counts(depot: Depot) -> None:
    depot.reception(1_000, 990)
    assert depot.rows(STOCK) == [(1_000, 990, 1_000, 990, 0, 0)]
    assert depot.rows(
        "select v.last_movement_at = s.last_movement_at, v.updated_at = s.updated_at"
        " from public.v_stock_actuel v join public.stocks_snapshot s using (citerne_id)"
    ) == [(True, True)]


def test_an_adjustment_counts_whatever_became_of_snapshot_and_depot(depot: Depot) -> None:
    made = depot.reception(1_000)
    depot.adjustment("RECEPTION", made, -10, -9)
    depot.owner.execute("delete from public.stocks_snapshot")
    depot.owner.execute("update public.citernes set depot_id = null where id = %s", (TANK_A,))
    assert depot.rows(STOCK) == [(-10, -9, 0, 0, -10, -9)]
    assert depot.rows("select depot_id, last_movement_at from public.v_stock_actuel") == [(None, None)]


def test_a_draft_or_rejected_movement_shows_nowhere(depot: Depot) -> None:
    depot.reception(statut="rejetee")
    depot.sortie(statut="brouillon")
    depot.sortie(statut="rejetee")
    for view in ("v_stock_actuel", "v_mouvements_stock", "v_kpi_stock_global"):
        assert depot.rows(f"select * from public.{view}") == []


def test_movements_are_signed_and_validated(depot: Depot) -> None:
    depot.opening(5_000)  # no movement
    depot.reception(1_000, 990, date_reception="2026-01-02")
    depot.reception(10, None, date_reception="2026-01-03", proprietaire_type="PARTENAIRE")
    depot.sortie(100, 99)
    movements = (
        "select date_jour::text, delta_ambiant, delta_15c, proprietaire_type, depot_id::text"
        " from public.v_mouvements_stock order by date_jour"
    )
    today = depot.value("select (now() at time zone 'Africa/Lubumbashi')::date::text")
    assert depot.rows(movements) == [
        ("2026-01-02", 1_000, 990, "MONALUXE", DEPOT_A),
        ("2026-01-03", 10, 0, "PARTENAIRE", DEPOT_A),
        (today, -100, -99, "MONALUXE", DEPOT_A),
    ]


def test_the_key_figures_add_up_tanks_and_owners_of_a_depot(depot: Depot) -> None:
    made = depot.reception(1_000, 990)
    depot.adjustment("RECEPTION", made, -100, -90)
    depot.reception(500, 490, citerne_id=TANK_A2)
    depot.reception(50, 49, proprietaire_type="PARTENAIRE", citerne_id=TANK_A2)
    depot.reception(7, 6, citerne_id=TANK_B)
    figures = (
        "select depot_nom, produit_nom, stock_ambiant_total, stock_15c_total, stock_ambiant_monaluxe,"
        " stock_15c_monaluxe, stock_ambiant_partenaire, stock_15c_partenaire from public.v_kpi_stock_global order by 1"
    )
    assert depot.rows(figures) == [
        ("A", "Gasoil", 1_450, 1_439, 1_400, 1_390, 50, 49),
        ("B", "Gasoil", 7, 6, 7, 6, 0, 0),
    ]
    days = dict(depot.rows("select depot_id::text, date_jour from public.v_kpi_stock_global"))
    for depot_id, zone in ZONES.items():
        assert days[depot_id] == depot.value("select (now() at time zone %s)::date", (zone,))


def test_scoping_follows_the_tank_when_it_moves(depot: Depot) -> None:
    made = depot.reception(1_000, user=None)
    depot.adjustment("RECEPTION", made, -1)
    depot.sortie(0.5, user=None, statut="brouillon")
    views = ("v_stock_actuel", "v_mouvements_stock", "v_kpi_stock_global", "stocks_snapshot", "stocks_journaliers",
             "stocks_adjustments", "receptions", "sorties_produit")  # fmt: skip
    for here, there in (("lecture_a", "lecture_b"), ("lecture_b", "lecture_a")):
        for view in views:
            seen = {user: depot.gateway.read(USERS[user], f"select * from public.{view}") for user in (here, there)}
            assert len(seen[here]) == 1, (view, here)
            assert seen[there] == [], (view, there)
        depot.gateway.change(
            USERS["admin_a"], "update public.citernes set depot_id = %s where id = %s", (DEPOT_B, TANK_A)
        )
    # The copied depot_id of the rows is stale now, and nobody is misled by it.
    assert depot.value("select depot_id::text from public.stocks_snapshot") == DEPOT_A
    for view in ("v_stock_actuel", "v_mouvements_stock", "v_kpi_stock_global"):
        assert depot.value(f"select depot_id::text from public.{view}") == DEPOT_B


def test_every_cadre_sees_every_depot_and_the_others_their_own(depot: Depot) -> None:
    depot.reception(user=None)
    depot.reception(user=None, citerne_id=TANK_B)
    for user, sub in USERS.items():
        expected = 0 if user == "sans_profil" else 1 if user.startswith(("operateur", "lecture")) else 2
        for view in ("v_stock_actuel", "v_mouvements_stock", "v_kpi_stock_global"):
            assert len(depot.gateway.read(sub, f"select * from public.{view}")) == expected, (user, view)


def test_the_trips_view(depot: Depot) -> None:
    depot.trip(plaque="AA01", plaque_remorque="RR01", chauffeur_nom="Jean", transporteur="T", volume=38)
    depot.trip(plaque="AA02")
    assert depot.rows(
        "select plaques, chauffeur, transporteur, volume, statut, date::text from public.cours_route order by 1"
    ) == [
        ("AA01 / RR01", "Jean", "T", 38, "ARRIVE", "2026-01-01"), ("AA02", None, None, None, "ARRIVE", "2026-01-01")
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
@pytest.mark.parametrize("user", ["admin_a", "pca_a"])
def test_the_log_is_read_only_through_its_view(depot: Depot, role: str, user: str) -> None:
    depot.reception()
    for statement in ("update public.logs set module = 'x'", "delete from public.logs",
                      "insert into public.logs (action, module) values ('x', 'x')"):  # fmt: skip
        with pytest.raises(InsufficientPrivilege):
            depot.gateway.change(USERS[user], statement, role=role)
    with pytest.raises(Error):
        depot.owner.execute("delete from public.logs")
    assert len(depot.gateway.read(USERS[user], "select * from public.logs", role=role)) == 1
    assert depot.gateway.read(USERS["gerant_a"], "select * from public.logs") == []


def test_a_user_sees_his_own_profile_only(depot: Depot) -> None:
    for user, sub in USERS.items():
        rows = depot.gateway.read(sub, "select user_id::text, role from public.current_user_profile")
        assert rows == ([] if user == "sans_profil" else [(sub, user.split("_")[0].rstrip("2"))])


def test_a_product_without_stock_has_no_line(depot: Depot) -> None:
    assert depot.rows("select * from public.v_kpi_stock_global where produit_id = %s", (GASOIL,)) == []


def test_nobody_can_enter_figures_that_break_the_key_figures_for_all(depot: Depot) -> None:
    for tank in (TANK_A, TANK_A2):
        with contextlib.suppress(Error):
            depot.reception(1.7e308, 1, user="operateur_a", citerne_id=tank)
    depot.gateway.read(USERS["pca_b"], "select * from public.v_kpi_stock_global")
