"""v_integrity_checks: each check fires, and stops at its boundary (domain.md, section 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from depot import CAPACITY, ESSENCE, GASOIL, SAFETY, TANK_A, TANK_A2, TANK_B, USERS, Depot
from psycopg.errors import InsufficientPrivilege

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

CONTRACT = {
    "STOCK_NEGATIF": ("CRITICAL", "CITERNE_STOCK"),
    "STOCK_OVER_CAPACITY": ("CRITICAL", "CITERNE_STOCK"),
    "CDR_ARRIVE_STALE": ("WARN", "CDR"),
    "RECEPTION_ECART_15C": ("WARN", "RECEPTION"),
    "SORTIE_ECART_15C": ("WARN", "SORTIE"),
    "STOCK_DIVERGENCE": ("CRITICAL", "CITERNE_STOCK"),
}


def fired(depot: Depot) -> set[tuple[str, str]]:
    """(check_code, entity_id) of every row; each must keep to the contract and appear once."""
    rows = depot.rows(
        "select check_code, severity, entity_type, entity_id::text, message, payload, detected_at = now()"
        " from public.v_integrity_checks"
    )
    for code, severity, entity_type, _, message, payload, now in rows:
        assert (severity, entity_type) == CONTRACT[code]
        assert message
        assert isinstance(payload, dict)
        assert now
    found = {(row[0], row[3]) for row in rows}
    assert len(found) == len(rows)
    return found


def payload(depot: Depot, code: str) -> dict[str, Any]:
    return depot.value("select payload from public.v_integrity_checks where check_code = %s", (code,))


def adjust_snapshot(depot: Depot, column: str, by: str, owner: str = "MONALUXE") -> None:
    depot.owner.execute(
        f"update public.stocks_snapshot set {column} = ({column}::numeric + %s::numeric) where citerne_id = %s"
        " and proprietaire_type = %s",
        (by, TANK_A, owner),
    )


def test_nothing_fires_in_order(depot: Depot) -> None:
    depot.opening(5_000)
    depot.reception(cours_de_route_id=depot.trip())
    depot.sortie()
    assert fired(depot) == set()


def test_the_codes_are_listed_in_one_place(depot: Depot) -> None:
    listed = depot.rows("select check_code, severity, entity_type from app.integrity_codes()")
    assert {code: (severity, entity) for code, severity, entity in listed} == CONTRACT


@pytest.mark.parametrize(("figure", "other"), [("ambiant", "v15"), ("v15", "ambiant")])
def test_negative_stock(depot: Depot, figure: str, other: str) -> None:
    made = depot.reception(1_000)
    depot.adjustment("RECEPTION", made, **{figure: -1_000.01, other: 0})
    assert fired(depot) == set()  # −0.01 exactly
    depot.adjustment("RECEPTION", made, **{figure: -0.001, other: 0})
    assert fired(depot) == {("STOCK_NEGATIF", TANK_A)}
    [line] = payload(depot, "STOCK_NEGATIF")["lignes"]
    negative = {"ambiant": "stock_ambiant", "v15": "stock_15c"}[figure]
    assert (line["produit_id"], line["proprietaire_type"], line[negative]) == (GASOIL, "MONALUXE", -0.011)
    depot.adjustment("RECEPTION", made, **{figure: 0.002, other: 0})
    assert fired(depot) == set()


def test_negative_stock_looks_at_lines_not_at_the_tank(depot: Depot) -> None:
    made = depot.reception(10)
    depot.reception(5_000, proprietaire_type="PARTENAIRE")
    depot.adjustment("RECEPTION", made, -11)
    assert fired(depot) == {("STOCK_NEGATIF", TANK_A)}


def test_several_lines_of_one_tank_are_one_row(depot: Depot) -> None:
    for owner in ("MONALUXE", "PARTENAIRE"):
        made = depot.reception(10, proprietaire_type=owner)
        depot.adjustment("RECEPTION", made, -11, -12)
        adjust_snapshot(depot, "stock_ambiant", "5", owner)
        depot.adjustment("RECEPTION", made, -5, -5)
    elsewhere = depot.reception(10, citerne_id=TANK_B)
    depot.adjustment("RECEPTION", elsewhere, -11)
    assert fired(depot) == {("STOCK_NEGATIF", TANK_A), ("STOCK_NEGATIF", TANK_B), ("STOCK_DIVERGENCE", TANK_A)}
    for code in ("STOCK_NEGATIF", "STOCK_DIVERGENCE"):
        [(lines,)] = depot.rows(
            "select payload -> 'lignes' from public.v_integrity_checks where check_code = %s and entity_id = %s",
            (code, TANK_A),
        )
        assert [line["proprietaire_type"] for line in lines] == ["MONALUXE", "PARTENAIRE"]


@pytest.mark.parametrize("figure", ["ambiant", "v15"])
def test_over_capacity_adds_up_owners(depot: Depot, figure: str) -> None:
    usable = CAPACITY - SAFETY
    depot.reception(usable / 2)
    made = depot.reception(usable / 2, proprietaire_type="PARTENAIRE")
    assert fired(depot) == set()  # exactly full
    depot.adjustment("RECEPTION", made, **({"ambiant": 0.001} if figure == "ambiant" else {"ambiant": 0, "v15": 0.001}))
    assert fired(depot) == {("STOCK_OVER_CAPACITY", TANK_A)}
    assert [line["proprietaire_type"] for line in payload(depot, "STOCK_OVER_CAPACITY")["lignes"]] == [
        "MONALUXE", "PARTENAIRE"
    ]  # fmt: skip
    for statut in ("maintenance", "inactive"):
        depot.owner.execute("update public.citernes set statut = %s where id = %s", (statut, TANK_A))
        assert fired(depot) == set()
    depot.owner.execute("update public.citernes set statut = 'active', capacite_totale = capacite_totale + 1")
    assert fired(depot) == set()


def test_over_capacity_adds_up_products_of_a_tank_that_changed_product(depot: Depot) -> None:
    depot.reception(CAPACITY - SAFETY)
    depot.owner.execute("update public.citernes set produit_id = %s where id = %s", (ESSENCE, TANK_A))
    depot.reception(1, produit_id=ESSENCE)
    assert fired(depot) == {("STOCK_OVER_CAPACITY", TANK_A)}
    assert len(payload(depot, "STOCK_OVER_CAPACITY")["lignes"]) == 2


def test_a_stale_trip_at_two_days_exactly(depot: Depot) -> None:
    trip = depot.trip()
    with depot.owner.transaction():  # now() stands still
        for column in ("arrive_at", "created_at"):
            depot.owner.execute("update public.cours_de_route set arrive_at = null, created_at = now()")
            for interval, expected in (("2 days", set()), ("2 days 1 microsecond", {("CDR_ARRIVE_STALE", trip)})):
                depot.owner.execute(f"update public.cours_de_route set {column} = now() - %s::interval", (interval,))
                assert fired(depot) == expected, (column, interval)
        # arrive_at counts before created_at, which is older here.
        depot.owner.execute("update public.cours_de_route set arrive_at = now()")
        assert fired(depot) == set()


def test_a_stale_trip_stops_when_it_is_received_or_leaves_arrive(depot: Depot) -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    trips = [depot.trip(plaque=f"T{i}", arrive_at=old) for i in range(3)]
    for statut in ("CHARGEMENT", "TRANSIT", "FRONTIERE", "DECHARGE"):
        depot.trip(statut, plaque=f"X{statut}", created_at=old)
    assert fired(depot) == {("CDR_ARRIVE_STALE", trip) for trip in trips}
    depot.reception(cours_de_route_id=trips[0], statut="rejetee")
    depot.reception(cours_de_route_id=trips[1])
    assert fired(depot) == {("CDR_ARRIVE_STALE", trips[0]), ("CDR_ARRIVE_STALE", trips[2])}
    # Brought back by an admin, but received all the same.
    depot.owner.execute(
        "update public.cours_de_route set statut = 'ARRIVE', arrive_at = %s where id = %s", (old, trips[1])
    )
    assert fired(depot) == {("CDR_ARRIVE_STALE", trips[0]), ("CDR_ARRIVE_STALE", trips[2])}


@pytest.mark.parametrize(
    ("v15", "corrige", "fires"),
    [
        (950, None, False), (949.999, None, True), (1_050, None, False), (1_050.001, None, True),
        (None, 949.999, True), (None, 950, False), (1_000, 500, False), (500, 1_000, True),
    ],
)  # fmt: skip
def test_a_gap_at_15_degrees_of_5_percent_exactly(
    depot: Depot, v15: float | None, corrige: float | None, fires: bool
) -> None:
    depot.reception(50_000, user=None)
    columns: dict[str, Any] = {"volume_corrige_15c": corrige}
    entries = {
        "RECEPTION_ECART_15C": depot.reception(1_000, v15, **columns),
        "SORTIE_ECART_15C": depot.sortie(1_000, v15, **columns),
    }
    for kind in (depot.reception, depot.sortie):
        kind(1_000, v15, statut="rejetee", **columns)
    depot.sortie(1_000, v15, statut="brouillon", **columns)
    assert fired(depot) == (set(entries.items()) if fires else set())


def test_a_reception_without_15_degrees_has_no_gap(depot: Depot) -> None:
    depot.reception(1_000, None)
    assert fired(depot) == set()


@pytest.mark.parametrize("column", ["stock_ambiant", "stock_15c"])
@pytest.mark.parametrize("table", ["stocks_snapshot", "stocks_journaliers"])
def test_divergence_of_a_hundredth_exactly(depot: Depot, table: str, column: str) -> None:
    depot.opening(100.005)
    depot.reception(date_reception="2026-01-01")  # an earlier day: the journal's last balance counts
    fires = {("STOCK_DIVERGENCE", TANK_A)}
    for delta, expected in [("0.01", set()), ("0.001", fires), ("-0.022", fires), ("0.001", set())]:
        depot.owner.execute(
            f"update public.{table} t set {column} = {column}::numeric + %s::numeric where %s = 'stocks_snapshot'"
            ' or not (to_jsonb(t) @> \'{"date_jour": "2026-01-01"}\')',
            (delta, table),
        )
        assert fired(depot) == expected, delta


def test_divergence_between_snapshot_and_journal_on_both_sides_of_the_movements(depot: Depot) -> None:
    depot.reception()
    depot.owner.execute("update public.stocks_snapshot set stock_ambiant = stock_ambiant::numeric + 0.006")
    depot.owner.execute("update public.stocks_journaliers set stock_ambiant = stock_ambiant::numeric - 0.006")
    assert fired(depot) == {("STOCK_DIVERGENCE", TANK_A)}


@pytest.mark.parametrize("table", ["stocks_snapshot", "stocks_journaliers"])
def test_divergence_when_an_account_is_missing_or_alone(depot: Depot, table: str) -> None:
    depot.reception()
    depot.owner.execute(f"delete from public.{table}")
    assert fired(depot) == {("STOCK_DIVERGENCE", TANK_A)}
    depot.reset()
    depot.reception()
    with depot.owner.transaction():
        depot.owner.execute("select app.open_maintenance('stock')")
        depot.owner.execute("delete from public.receptions")
        depot.owner.execute("select app.close_maintenance('stock')")
    assert fired(depot) == {("STOCK_DIVERGENCE", TANK_A)}


def test_divergence_knows_the_opening_stock_and_ignores_adjustments(depot: Depot) -> None:
    depot.opening(100)
    depot.adjustment("RECEPTION", depot.reception(100), 50, 50)
    assert fired(depot) == set()
    depot.rows("select public.rebuild_stocks()")
    assert fired(depot) == set()


def test_all_six_at_once_are_unique_and_seen_by_whom_they_concern(depot: Depot) -> None:
    depot.trip(arrive_at=datetime(2026, 1, 1, tzinfo=UTC))
    for tank in (TANK_A, TANK_A2):
        made = depot.reception(200_000, 100_000, citerne_id=tank)
        depot.sortie(1_000, 900, citerne_id=tank)
        depot.adjustment("RECEPTION", made, 1, -500_000)
    adjust_snapshot(depot, "stock_ambiant", "1")
    found = fired(depot)
    assert {code for code, _ in found} == set(CONTRACT)
    assert len(found) == 10
    count = "select count(*) from public.v_integrity_checks"
    for user, sub in USERS.items():
        expected = 10 if user.startswith(("admin", "directeur", "pca")) else 0
        assert depot.gateway.read(sub, count) == [(expected,)], user
    assert depot.gateway.read(None, count, role="service_role") == [(10,)]
    assert depot.gateway.read(None, count) == [(0,)]
    with pytest.raises(InsufficientPrivilege):
        depot.gateway.read(None, count, role="anon")


def test_it_signals_and_never_blocks(depot: Depot) -> None:
    """A tank that is overfull takes a reception, one whose line is negative too."""
    depot.reception(CAPACITY * 2)
    depot.adjustment("RECEPTION", depot.reception(1), -CAPACITY * 3)
    depot.reception(1)
    assert fired(depot) == {("STOCK_NEGATIF", TANK_A), ("STOCK_OVER_CAPACITY", TANK_A)}
