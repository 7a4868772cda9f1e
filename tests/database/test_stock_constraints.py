"""What the tables refuse (domain.md, section 4). Figures are tried column by column, from the catalog."""

from __future__ import annotations

import json
from typing import Any

import pytest
from depot import CLIENT, DEPOT_A, FOURNISSEUR, GASOIL, PARTENAIRE, TANK_A, USERS, Depot
from psycopg import sql
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    IntegrityError,
    InvalidParameterValue,
    NotNullViolation,
    UniqueViolation,
)

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

FIGURES = """
select c.relname, a.attname
from pg_attribute a
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
where a.atttypid in ('float8'::regtype, 'float4'::regtype, 'numeric'::regtype) and a.attnum > 0 and not a.attisdropped
order by 1, 2
"""
SIGNED = {"delta_ambiant", "delta_15c", "temperature_ambiante_c"}
BALANCES = {("stocks_journaliers", "stock_ambiant"), ("stocks_journaliers", "stock_15c"),
            ("stocks_snapshot", "stock_ambiant"), ("stocks_snapshot", "stock_15c")}  # fmt: skip
MAY_BE_ZERO = {"capacite_securite", "index_avant", "volume_mesure", "stock_ambiant", "stock_15c"}
ZERO_ALLOWED = {("cours_de_route", "volume"), ("sorties_produit", "index_apres")}


@pytest.fixture
def filled(depot: Depot) -> Depot:
    """A row with every figure set in each table that holds figures."""
    trip = depot.trip(volume=38_000)
    measures = {"temperature_ambiante_c": 20, "densite_a_15": 840, "volume_corrige_15c": 9_000}
    made = depot.reception(cours_de_route_id=trip, volume_observe=9_000, **measures)
    depot.sortie(index_avant=1, index_apres=1_001, **measures)
    depot.adjustment("RECEPTION", made, 1, 1)
    depot.opening(100)
    depot.insert(None, "prises_de_hauteur", citerne_id=TANK_A, volume_mesure=5)
    return depot


def accepts(depot: Depot, table: str, values: dict[str, Any]) -> bool:
    """Whether the CHECKs of a table let one of its rows pass with other values: tried in a copy without triggers."""
    name = sql.Identifier("public", table)
    clone = sql.Identifier(f"clone_of_{table}")
    with depot.owner.transaction():
        depot.owner.execute(
            sql.SQL("create temp table if not exists {} (like {} including constraints)").format(clone, name)
        )
    try:
        with depot.owner.transaction():
            row = depot.owner.execute(
                sql.SQL(
                    "insert into {} select r.* from {} t, jsonb_populate_record(t, %s) r limit 1 returning 1"
                ).format(clone, name),
                (json.dumps(values),),
            ).fetchone()
    except CheckViolation:
        return False
    assert row is not None, f"{table} has no row to try with"
    return True


def test_every_figure_of_every_table_must_be_finite(filled: Depot) -> None:
    figures = filled.rows(FIGURES)
    assert len(figures) >= 27
    for table, column in figures:
        assert accepts(filled, table, {}), table  # the row itself passes: the control of what follows
        for value in ("NaN", "Infinity", "-Infinity"):
            assert not accepts(filled, table, {column: value}), (table, column, value)


def test_every_figure_has_the_sign_that_it_may_have(filled: Depot) -> None:
    for table, column in filled.rows(FIGURES):
        signed = column in SIGNED or (table, column) in BALANCES
        zero = column in MAY_BE_ZERO or (table, column) in ZERO_ALLOWED or signed
        assert accepts(filled, table, {column: -0.001}) == signed, (table, column, "negative")
        assert accepts(filled, table, {column: 0}) == zero, (table, column, "zero")


def test_every_statut_and_owner_type_is_one_of_its_list(filled: Depot) -> None:
    """Upper and lower case count: a value is a contract."""
    lists = filled.rows(
        "select c.relname, a.attname from pg_constraint k"
        " join pg_class c on c.oid = k.conrelid and c.relnamespace = 'public'::regnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]"
        " where k.contype = 'c' and cardinality(k.conkey) = 1 and a.atttypid = 'text'::regtype"
        " and pg_get_constraintdef(k.oid) ~ 'ANY' order by 1, 2"
    )
    assert {
        ("citernes", "statut"), ("cours_de_route", "statut"), ("receptions", "statut"),
        ("receptions", "proprietaire_type"), ("sorties_produit", "statut"), ("sorties_produit", "proprietaire_type"),
        ("stocks_adjustments", "mouvement_type"), ("log_actions", "niveau"), ("profils", "role"),
        ("stocks_journaliers", "source"), ("stocks_snapshot", "proprietaire_type"),
        ("stocks_ouverture", "proprietaire_type"), ("system_alerts", "severity"), ("system_alerts", "status"),
    } <= set(lists)  # fmt: skip
    for table, column in lists:
        if filled.value(f"select count(*) from public.{table}"):
            assert not accepts(filled, table, {column: "autre"}), (table, column)
            assert not accepts(filled, table, {column: ""}), (table, column)


@pytest.mark.parametrize("role", ["admin", "directeur", "gerant", "operateur", "lecture", "pca"])
def test_all_six_roles_can_be_assigned_in_lower_case_only(filled: Depot, role: str) -> None:
    assert accepts(filled, "profils", {"role": role})
    assert not accepts(filled, "profils", {"role": role.upper()})


def test_movements_need_what_their_owner_and_state_need(filled: Depot) -> None:
    for table in ("receptions", "sorties_produit"):
        assert not accepts(filled, table, {"proprietaire_type": "PARTENAIRE", "partenaire_id": None})
        assert accepts(filled, table, {"proprietaire_type": "PARTENAIRE", "partenaire_id": PARTENAIRE})
    assert not accepts(filled, "receptions", {"statut": "validee", "volume_ambiant": None})
    assert not accepts(filled, "receptions", {"index_avant": 5, "index_apres": 5})
    assert not accepts(filled, "receptions", {"statut": "brouillon"})
    assert not accepts(filled, "sorties_produit", {"client_id": None, "partenaire_id": None})
    assert accepts(filled, "sorties_produit", {"client_id": None, "partenaire_id": PARTENAIRE})


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("produits", {"nom": "Gasoil"}),
        ("produits", {"nom": "Autre", "code": "G.O"}),
        ("clients", {"nom": "Client"}),
        ("fournisseurs", {"nom": "Fournisseur"}),
        ("profils", {"user_id": USERS["lecture_a"], "role": "admin"}),
        ("cours_de_route", {"plaque_camion": "AA01", "date_chargement": "2026-02-01"}),
        ("stocks_snapshot", {"citerne_id": TANK_A, "produit_id": GASOIL, "proprietaire_type": "MONALUXE"}),
    ],
)
def test_what_is_unique_stays_unique(depot: Depot, table: str, columns: dict[str, Any]) -> None:
    depot.reception(cours_de_route_id=None)
    depot.trip("TRANSIT", plaque="AA01")
    with pytest.raises(UniqueViolation):
        depot.insert(None, table, **columns)


def test_a_truck_starts_its_next_trip_once_unloaded(depot: Depot) -> None:
    depot.reception(cours_de_route_id=depot.trip(plaque="AA01"))
    depot.trip("CHARGEMENT", plaque="AA01")


def test_a_day_of_a_line_has_one_balance(depot: Depot) -> None:
    depot.reception()
    day = depot.journal()[0][0]
    with pytest.raises(UniqueViolation):
        depot.insert(
            None, "stocks_journaliers", citerne_id=TANK_A, produit_id=GASOIL, date_jour=day, stock_ambiant=1,
            stock_15c=1,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "columns", "error"),
    [
        ("depots", {"nom": "X", "fuseau_horaire": "Africa/Nowhere"}, InvalidParameterValue),
        ("depots", {"nom": "X", "fuseau_horaire": None}, NotNullViolation),
        ("profils", {"role": "operateur", "depot_id": CLIENT}, ForeignKeyViolation),
        ("profils", {"role": "operateur", "user_id": CLIENT}, ForeignKeyViolation),
        ("cours_de_route", {"plaque_camion": "X", "date_chargement": "2026-01-01", "fournisseur_id": CLIENT},
         ForeignKeyViolation),
        ("system_alerts", {"check_code": "X", "severity": "LOW", "entity_type": "X", "entity_id": CLIENT,
                           "message": "x"}, CheckViolation),
        ("log_actions", {"action": "x", "module": "x", "niveau": "DEBUG"}, CheckViolation),
        ("citernes", {"nom": "X", "capacite_totale": 1, "capacite_securite": 0, "produit_id": GASOIL},
         NotNullViolation),
    ],
)  # fmt: skip
def test_references_and_lists_hold(
    depot: Depot, table: str, columns: dict[str, Any], error: type[IntegrityError]
) -> None:
    with pytest.raises(error):
        depot.insert(None, table, **columns)


@pytest.mark.parametrize("severity", ["INFO", "WARN", "CRITICAL"])
def test_an_alert_may_be_of_any_severity_of_the_views_contract(depot: Depot, severity: str) -> None:
    depot.insert(
        None, "system_alerts", check_code=severity, severity=severity, entity_type="X", entity_id=CLIENT, message="x"
    )


def test_defaults_are_the_business_own(depot: Depot) -> None:
    depot.insert(None, "depots", nom="C")
    assert depot.value("select fuseau_horaire from public.depots where nom = 'C'") == "Africa/Lubumbashi"
    depot.rows("delete from public.depots where nom = 'C' returning 1")
    depot.insert(None, "cours_de_route", plaque_camion="X", date_chargement="2026-01-01", depot_destination_id=DEPOT_A,
                 fournisseur_id=FOURNISSEUR, produit_id=GASOIL)  # fmt: skip
    assert depot.rows("select statut, arrive_at from public.cours_de_route") == [("CHARGEMENT", None)]
