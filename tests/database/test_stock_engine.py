"""The stock engine: receptions, sorties, drafts, floors, back-dating (domain.md, section 5)."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from depot import (
    CLIENT,
    DEPOT_A,
    ESSENCE,
    GASOIL,
    PARTENAIRE,
    SAFETY,
    TANK_A,
    TANK_A2,
    TANK_B,
    TANK_ESSENCE,
    USERS,
    Depot,
)
from psycopg.errors import CheckViolation, ForeignKeyViolation, RaiseException, UniqueViolation

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

D = Decimal
REFUSED = (CheckViolation, ForeignKeyViolation, UniqueViolation, RaiseException)


class Unchanged:
    """Expects a refusal, and that it left no trace."""

    def __init__(self, depot: Depot, *errors: type[psycopg.Error]) -> None:
        self.depot, self.errors = depot, errors or (CheckViolation,)

    def __enter__(self) -> None:
        self.before = self.depot.state()
        self.raises = pytest.raises(self.errors)
        self.raises.__enter__()

    def __exit__(self, *details: Any) -> bool:
        suppressed = self.raises.__exit__(*details)
        if suppressed:
            assert self.depot.state() == self.before
        return bool(suppressed)


def today(depot: Depot) -> date:
    return depot.value("select (now() at time zone 'Africa/Lubumbashi')::date")


def days_ago(depot: Depot, days: int) -> tuple[date, str]:
    """A day of depot A, and noon of it."""
    day = today(depot) - timedelta(days=days)
    return day, f"{day} 12:00 Africa/Lubumbashi"


# --- receptions ---------------------------------------------------------------------------------------------------


def test_a_reception_credits_its_line_and_its_day_and_logs_itself(depot: Depot) -> None:
    made = depot.reception(1_000.5, 990.25, user="operateur_a")
    assert depot.snapshot() == (D("1000.5"), D("990.25"))
    assert depot.journal() == [(today(depot), D("1000.5"), D("990.25"))]
    assert depot.value("select source from public.stocks_journaliers") == "RECEPTION"
    [(user, module, niveau, target, details)] = depot.logs("RECEPTION_VALIDE")
    assert (user, module, niveau, target) == (USERS["operateur_a"], "receptions", "INFO", made)
    assert details["citerne_id"] == TANK_A


def test_the_balance_of_a_day_is_running(depot: Depot) -> None:
    (d2, _), (d1, _) = days_ago(depot, 2), days_ago(depot, 1)
    depot.reception(1_000, date_reception=d2)
    depot.reception(500, date_reception=d1)
    depot.reception(250, date_reception=d1)
    assert [row[:2] for row in depot.journal()] == [(d2, 1_000), (d1, 1_750)]


def test_lines_of_two_owners_are_apart(depot: Depot) -> None:
    depot.reception(1_000)
    depot.reception(300, proprietaire_type="PARTENAIRE")
    depot.reception(100, proprietaire_type=None)  # the default owner
    assert depot.snapshot() == (1_100, 1_100)
    assert depot.snapshot(owner="PARTENAIRE") == (300, 300)


def test_the_volume_is_the_meters_never_the_clients(depot: Depot) -> None:
    made = depot.reception(volume_ambiant=999_999, index_avant=0.1, index_apres=0.3, v15=0.2)
    assert depot.value("select volume_ambiant::numeric from public.receptions where id = %s", (made,)) == D("0.2")
    assert depot.snapshot() == (D("0.2"), D("0.2"))


@pytest.mark.parametrize(
    ("v15", "corrige", "credited"), [(95, 96, 95), (None, 96, 96), (95, None, 95), (None, None, 0)]
)
def test_volume_15c_is_read_before_volume_corrige_15c(
    depot: Depot, v15: int | None, corrige: int | None, credited: int
) -> None:
    depot.reception(100, v15, volume_corrige_15c=corrige)
    assert depot.snapshot() == (100, credited)


@pytest.mark.parametrize("statut", ["CHARGEMENT", "TRANSIT", "FRONTIERE", "DECHARGE"])
def test_a_trip_that_has_not_arrived_is_not_received(depot: Depot, statut: str) -> None:
    trip = depot.trip(statut)
    with Unchanged(depot):
        depot.reception(cours_de_route_id=trip)


def test_a_trip_must_exist_and_carry_the_same_product(depot: Depot) -> None:
    with Unchanged(depot, *REFUSED):
        depot.reception(cours_de_route_id="99999999-0000-4000-8000-000000000000")
    for produit in (ESSENCE, None):
        trip = depot.trip(plaque=f"P{produit}", produit_id=produit)
        with Unchanged(depot):
            depot.reception(cours_de_route_id=trip)


def test_a_reception_closes_its_trip_once(depot: Depot) -> None:
    trip, other = depot.trip(), depot.trip(plaque="AA02")
    depot.reception(cours_de_route_id=trip)
    assert depot.value("select statut from public.cours_de_route where id = %s", (trip,)) == "DECHARGE"
    assert depot.value("select statut from public.cours_de_route where id = %s", (other,)) == "ARRIVE"
    with Unchanged(depot, *REFUSED):
        depot.reception(cours_de_route_id=trip)
    # Not even when an admin has brought the trip back to ARRIVE.
    depot.gateway.change(USERS["admin_a"], "update public.cours_de_route set statut = 'ARRIVE' where id = %s", (trip,))
    with Unchanged(depot, UniqueViolation):
        depot.reception(cours_de_route_id=trip)


def test_rejected_receptions_move_nothing_and_do_not_count_against_the_trip(depot: Depot) -> None:
    trip = depot.trip()
    for _ in range(2):
        depot.reception(cours_de_route_id=trip, statut="rejetee")
    assert (depot.snapshot(), depot.journal(), depot.logs("RECEPTION_VALIDE")) == (None, [], [])
    assert depot.value("select statut from public.cours_de_route") == "ARRIVE"
    depot.reception(10, cours_de_route_id=trip)
    assert depot.snapshot() == (10, 10)
    depot.reception(cours_de_route_id=trip, statut="rejetee")


@pytest.mark.parametrize("statut", ["inactive", "maintenance", None])
@pytest.mark.parametrize("kind", ["reception", "sortie"])
def test_a_tank_out_of_service_takes_no_movement(depot: Depot, statut: str | None, kind: str) -> None:
    depot.reception()
    depot.rows("update public.citernes set statut = %s where id = %s returning 1", (statut, TANK_A))
    with Unchanged(depot):
        getattr(depot, kind)()


@pytest.mark.parametrize("kind", ["reception", "sortie"])
def test_a_tank_takes_its_own_product_only(depot: Depot, kind: str) -> None:
    depot.reception()
    with Unchanged(depot):
        getattr(depot, kind)(produit_id=ESSENCE)
    with Unchanged(depot):
        getattr(depot, kind)(citerne_id=TANK_ESSENCE)
    with Unchanged(depot, *REFUSED):
        getattr(depot, kind)(citerne_id="99999999-0000-4000-8000-000000000000")


def test_figures_are_added_rounded_to_a_thousandth_so_that_order_never_shows(depot: Depot) -> None:
    volumes = [0.1, 0.2, 0.3, 1_000_000.1, 0.0014, 1e-3] * 3
    for volume in volumes:
        depot.reception(volume)
    for volume in reversed(volumes):
        depot.reception(volume, citerne_id=TANK_A2)
    expected = sum((D(str(v)).quantize(D("0.001")) for v in volumes), D(0))
    assert depot.snapshot() == depot.snapshot(TANK_A2) == (expected, expected)
    raw = "select distinct stock_ambiant from public.stocks_snapshot"
    assert depot.value(raw) == float(expected)


def test_figures_too_large_to_be_exact_are_refused_or_exact(depot: Depot) -> None:
    entered = D(0)
    for volume in ["10000000000000", "0.123"] * 3:
        with contextlib.suppress(CheckViolation):
            depot.reception(volume)
            entered += D(volume)
    assert depot.snapshot() == (entered, entered)
    assert depot.value("select lignes_corrigees from public.rebuild_stocks()") == 0


# --- sorties ------------------------------------------------------------------------------------------------------


def test_a_sortie_debits_its_line_and_its_day_and_logs_itself(depot: Depot) -> None:
    depot.reception(10_000, 9_900)
    made = depot.sortie(1_000, 990, user="operateur_a")
    assert depot.snapshot() == (9_000, 8_910)
    assert depot.journal() == [(today(depot), 9_000, 8_910)]
    [(user, module, niveau, target, details)] = depot.logs("SORTIE_VALIDE")
    assert (user, module, niveau, target) == (USERS["operateur_a"], "sorties", "INFO", made)
    assert details["client_id"] == CLIENT
    assert depot.value("select source from public.stocks_journaliers") == "SORTIE"


def test_the_volume_of_a_sortie_is_the_meters_when_it_has_both_indexes(depot: Depot) -> None:
    depot.reception()
    depot.sortie(5, 100, index_avant=200, index_apres=300)
    depot.sortie(50, 50, index_avant=200)
    assert depot.snapshot() == (9_850, 9_850)


@pytest.mark.parametrize(
    ("ambiant", "v15", "refused"),
    [(9_000, 9_000, False), (9_000.001, 9_000, True), (9_000, 9_000.001, True), (50_000, 1, True)],
)
def test_the_line_must_cover_both_volumes(depot: Depot, ambiant: float, v15: float, refused: bool) -> None:
    depot.reception(9_000)
    depot.reception(SAFETY, proprietaire_type="PARTENAIRE")  # keeps the floor
    if refused:
        with Unchanged(depot):
            depot.sortie(ambiant, v15)
    else:
        depot.sortie(ambiant, v15)
        assert depot.snapshot() == (0, 0)


def test_the_floor_is_the_tanks_safety_stock_exactly(depot: Depot) -> None:
    depot.reception(5_000)
    with Unchanged(depot):
        depot.sortie(5_000 - SAFETY + 0.001)
    depot.sortie(5_000 - SAFETY)
    with Unchanged(depot):
        depot.sortie(0.001)


def test_the_floor_adds_up_owners_and_the_line_does_not(depot: Depot) -> None:
    depot.reception(5_000)
    depot.reception(600, proprietaire_type="PARTENAIRE")
    with Unchanged(depot):  # its line does not cover it, the tank would
        depot.sortie(601, proprietaire_type="PARTENAIRE")
    depot.sortie(4_600)
    assert depot.snapshot() == (400, 400)
    with Unchanged(depot):  # its line covers it, the tank would keep 999.999
        depot.sortie(0.001, proprietaire_type="PARTENAIRE")


def test_another_tanks_stock_does_not_help(depot: Depot) -> None:
    depot.reception(citerne_id=TANK_A2)
    with Unchanged(depot):
        depot.sortie(1)


def test_corrected_stock_decides(depot: Depot) -> None:
    made = depot.reception(5_000)
    depot.adjustment("RECEPTION", made, -1_000, -1_500)
    with Unchanged(depot):  # 15 °C: 3,500 are left
        depot.sortie(1_000, 3_500.001)
    with Unchanged(depot):  # floor: 3,000 may go
        depot.sortie(3_000.001, 1)
    depot.adjustment("RECEPTION", made, 500, 0)
    depot.sortie(3_500, 3_500)
    assert depot.snapshot() == (1_500, 1_500)
    assert depot.rows("select stock_ambiant, stock_15c from public.v_stock_actuel") == [(1_000, 0)]


@pytest.mark.parametrize(
    "columns", [{"v15": None}, {"volume": None}, {"v15": None, "temperature_ambiante_c": 20, "densite_a_15": 840}]
)
def test_a_sortie_is_validated_with_both_volumes_only(depot: Depot, columns: dict[str, Any]) -> None:
    depot.reception()
    with Unchanged(depot):
        depot.sortie(**columns)
    draft = depot.sortie(**columns, statut="brouillon")
    with Unchanged(depot):
        validate(depot, draft)
    if "volume" not in columns:
        depot.gateway.change(
            USERS["gerant_a"], "update public.sorties_produit set volume_corrige_15c = 990 where id = %s", (draft,)
        )
        validate(depot, draft)
        assert depot.snapshot() == (9_000, 9_010)


def test_volume_15c_of_a_sortie_is_read_before_volume_corrige_15c(depot: Depot) -> None:
    depot.reception()
    depot.sortie(100, 95, volume_corrige_15c=96)
    depot.sortie(100, None, volume_corrige_15c=96)
    assert depot.snapshot() == (9_800, 10_000 - 95 - 96)


# --- back-dating --------------------------------------------------------------------------------------------------


def test_a_back_dated_reception_shifts_every_later_day(depot: Depot) -> None:
    (d9, _), (d6, _), (d3, _) = days_ago(depot, 9), days_ago(depot, 6), days_ago(depot, 3)
    depot.reception(100, date_reception=d3)
    depot.reception(1_000, date_reception=d9)
    depot.reception(10, date_reception=d6)
    depot.reception(1, date_reception=d9)
    assert depot.journal() == [(d9, 1_001, 1_001), (d6, 1_011, 1_011), (d3, 1_111, 1_111)]


def test_a_back_dated_sortie_must_leave_every_later_day_covered(depot: Depot) -> None:
    (d6, at6), (d4, at4), (d2, _) = days_ago(depot, 6), days_ago(depot, 4), days_ago(depot, 2)
    depot.reception(5_000, 4_900, date_reception=d6)
    depot.sortie(3_000, 2_900, date_sortie=at4)
    depot.reception(50_000, date_reception=d2)
    depot.reception(50_000, proprietaire_type="PARTENAIRE", date_reception=d6)  # another line
    with Unchanged(depot):  # ambient: day 4 has 2,000
        depot.sortie(2_000.001, 1, date_sortie=at6)
    with Unchanged(depot):  # at 15 °C too
        depot.sortie(1, 2_000.001, date_sortie=at6)
    with Unchanged(depot):  # the day itself: nothing was there on day 7
        depot.sortie(1, date_sortie=days_ago(depot, 7)[1])
    depot.sortie(2_000, 2_000, date_sortie=at6)
    assert depot.journal() == [(d6, 3_000, 2_900), (d4, 0, 0), (d2, 50_000, 50_000)]


def test_an_adjustment_counts_from_the_day_of_its_movement(depot: Depot) -> None:
    (d6, at6), (d2, at2) = days_ago(depot, 6), days_ago(depot, 2)
    depot.reception(5_000, date_reception=d6)
    later = depot.reception(5_000, date_reception=d2)
    depot.adjustment("RECEPTION", later, 3_000, 3_000)
    with Unchanged(depot):
        depot.sortie(5_000.001, date_sortie=at6)
    depot.adjustment("RECEPTION", later, -8_000, -8_000)
    with Unchanged(depot):
        depot.sortie(4_000.001, date_sortie=at6)
    depot.sortie(4_000, date_sortie=at2)


# --- drafts -------------------------------------------------------------------------------------------------------


def validate(depot: Depot, draft: str, user: str = "gerant_a", **columns: Any) -> int:
    assignments = "".join(f", {name} = %s" for name in columns)
    return depot.gateway.change(
        USERS[user],
        f"update public.sorties_produit set statut = 'validee'{assignments} where id = %s",
        [*columns.values(), draft],
    )


def test_a_draft_moves_nothing_until_it_is_validated_and_then_once(depot: Depot) -> None:
    depot.reception()
    before = {t: rows for t, rows in depot.state().items() if t != "sorties_produit"}
    draft = depot.sortie(user="operateur_a", statut="brouillon")
    assert depot.gateway.change(
        USERS["operateur_a"],
        "update public.sorties_produit set volume_ambiant = 2000, volume_15c = 1900 where id = %s",
        (draft,),
    )
    assert before == {t: rows for t, rows in depot.state().items() if t != "sorties_produit"}
    assert validate(depot, draft) == 1
    assert depot.snapshot() == (8_000, 8_100)
    assert len(depot.logs("SORTIE_VALIDE")) == 1
    assert depot.rows("select created_by::text, validated_by::text from public.sorties_produit") == [
        (USERS["operateur_a"], USERS["gerant_a"])
    ]
    assert validate(depot, draft) == 0  # no draft any more
    assert depot.snapshot() == (8_000, 8_100)


def test_a_draft_is_checked_when_it_is_validated(depot: Depot) -> None:
    depot.reception(2_000)
    draft = depot.sortie(1_000.001, statut="brouillon")
    with Unchanged(depot):
        validate(depot, draft)
    depot.reception(1)
    assert validate(depot, draft) == 1


@pytest.mark.parametrize(
    ("user", "allowed"),
    [
        ("operateur_a", True), ("admin_a", True), ("directeur_a", True), ("gerant_a", True), ("gerant_b", True),
        ("operateur2_a", False), ("operateur_b", False), ("pca_a", False), ("lecture_a", False),
        ("sans_profil", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "statement", ["update public.sorties_produit set note = 'x'", "delete from public.sorties_produit"]
)
def test_a_draft_belongs_to_its_creator_and_managers(depot: Depot, user: str, allowed: bool, statement: str) -> None:
    draft = depot.sortie(user="operateur_a", statut="brouillon")
    assert depot.gateway.change(USERS[user], f"{statement} where id = %s", (draft,)) == int(allowed)


def test_rejection_is_possible_from_a_draft_or_at_once_and_is_final(depot: Depot) -> None:
    depot.reception()
    draft = depot.sortie(statut="brouillon")
    at_once = depot.sortie(statut="rejetee")
    depot.gateway.change(
        USERS["gerant_a"], "update public.sorties_produit set statut = 'rejetee' where id = %s", (draft,)
    )
    for rejected in (draft, at_once):
        for statut in ("brouillon", "validee"):
            with Unchanged(depot, psycopg.errors.RestrictViolation):
                depot.rows(
                    "update public.sorties_produit set statut = %s where id = %s returning 1", (statut, rejected)
                )
    valid = depot.sortie()
    with Unchanged(depot, psycopg.errors.RestrictViolation):
        depot.rows("update public.sorties_produit set statut = 'rejetee' where id = %s returning 1", (valid,))
    assert depot.snapshot() == (9_000, 9_000)


def test_a_sortie_to_a_partner_needs_no_client_and_some_beneficiary_is_needed(depot: Depot) -> None:
    depot.reception()
    depot.sortie(client_id=None, partenaire_id=PARTENAIRE)
    with Unchanged(depot):
        depot.sortie(client_id=None)


# --- another depot ------------------------------------------------------------------------------------------------


def test_an_operator_moves_stock_of_his_own_depot_only(depot: Depot) -> None:
    depot.reception(user="operateur_a")
    for kind in (depot.reception, depot.sortie):
        with Unchanged(depot, psycopg.errors.InsufficientPrivilege):
            kind(user="operateur_a", citerne_id=TANK_B)
    assert depot.rows("select depot_id::text, produit_id::text from public.stocks_snapshot") == [(DEPOT_A, GASOIL)]
