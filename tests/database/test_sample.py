"""The sample depot: what `rempart demo` shows is there, and was entered the way the application enters it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

CODES = {
    "STOCK_NEGATIF", "STOCK_OVER_CAPACITY", "CDR_ARRIVE_STALE", "RECEPTION_ECART_15C", "SORTIE_ECART_15C",
    "STOCK_DIVERGENCE",
}  # fmt: skip
ROLES = {"admin", "directeur", "gerant", "operateur", "lecture", "pca"}


@pytest.fixture(scope="module")
def rows(server: Any, sample_template: str) -> Any:
    """Reads the sample database, without changing it."""

    def read(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(server.url(sample_template), autocommit=True) as connection:
            connection.execute("set default_transaction_read_only = on")
            return connection.execute(query).fetchall()

    return read


def test_each_check_fires_exactly_once(rows: Any) -> None:
    found = [code for (code,) in rows("select check_code from public.v_integrity_checks")]
    assert sorted(found) == sorted(CODES)


def test_a_sync_shows_six_alerts_and_a_second_one_nothing_new(sample_database: Any) -> None:
    sync = "select inserted, refreshed, reopened, resolved from public.sync_system_alerts_from_integrity()"
    with sample_database.connect(sample_database.owner) as owner:
        assert owner.execute(sync).fetchone() == (6, 0, 0, 0)
        assert owner.execute(sync).fetchone() == (0, 6, 0, 0)


def test_all_six_roles_work_in_both_depots_and_one_user_has_no_profile(rows: Any) -> None:
    profiles = rows("select d.nom, p.role from public.profils p join public.depots d on d.id = p.depot_id")
    depots = {depot for depot, _ in profiles}
    assert len(depots) == 2
    assert sorted(profiles) == sorted((depot, role) for depot in depots for role in ROLES)
    without = "select count(*) from auth.users u where not exists (select from public.profils p where p.user_id = u.id)"
    assert rows(without) == [(1,)]


def test_both_depots_have_tanks_of_both_products_and_both_owners_have_stock(rows: Any) -> None:
    held = rows(
        "select d.nom, count(*), count(distinct c.produit_id)"
        " from public.citernes c join public.depots d on d.id = c.depot_id group by 1"
    )
    assert len(held) == 2
    assert all(tanks >= 2 and produits == 2 for _, tanks, produits in held)
    owners = rows("select distinct proprietaire_type from public.v_stock_actuel where stock_ambiant > 0 order by 1")
    assert owners == [("MONALUXE",), ("PARTENAIRE",)]


def test_movements_span_a_month_in_each_depot(rows: Any) -> None:
    spans = rows(
        "select depot_id, max(date_jour) - min(date_jour), count(distinct date_jour),"
        " count(*) filter (where delta_ambiant > 0), count(*) filter (where delta_ambiant < 0)"
        " from public.v_mouvements_stock group by 1"
    )
    assert len(spans) == 2
    for _, span, days, entries, exits in spans:
        assert 27 <= span <= 31
        assert days >= 25
        assert min(entries, exits) >= 25


def test_every_statut_is_shown(rows: Any) -> None:
    assert {s for (s,) in rows("select distinct statut from public.cours_de_route")} == {
        "CHARGEMENT", "TRANSIT", "FRONTIERE", "ARRIVE", "DECHARGE"
    }  # fmt: skip
    assert {s for (s,) in rows("select distinct statut from public.sorties_produit")} == {
        "brouillon",
        "validee",
        "rejetee",
    }


@pytest.mark.parametrize(
    ("table", "statut", "action"),
    [("receptions", "validee", "RECEPTION_VALIDE"), ("sorties_produit", "validee", "SORTIE_VALIDE")],
)
def test_movements_were_entered_through_the_engine_by_users(rows: Any, table: str, statut: str, action: str) -> None:
    """Each validated one left its log entry, of the user who is its author, who works in that depot."""
    unlogged = rows(
        f"select t.id from public.{table} t join public.citernes c on c.id = t.citerne_id"
        f" left join public.log_actions l on l.cible_id = t.id and l.action = '{action}' and l.user_id = t.created_by"
        " left join public.profils p on p.user_id = t.created_by"
        f" where t.statut = '{statut}' and (l.id is null or t.validated_by is distinct from t.created_by"
        " or p.role is null or (p.role = 'operateur' and p.depot_id <> c.depot_id))"
    )
    assert unlogged == []
    assert rows(f"select count(*) > 50 from public.{table} where statut = '{statut}'") == [(True,)]


def test_every_unloaded_truck_was_closed_by_its_reception(rows: Any) -> None:
    assert rows(
        "select count(*) from public.cours_de_route c where (c.statut = 'DECHARGE') is distinct from"
        " exists (select from public.receptions r where r.cours_de_route_id = c.id and r.statut = 'validee')"
    ) == [(0,)]


def test_openings_and_corrections_are_an_admins(rows: Any) -> None:
    for table, author in (("stocks_ouverture", "declared_by"), ("stocks_adjustments", "created_by")):
        roles = rows(
            f"select distinct p.role from public.{table} t left join public.profils p on p.user_id = t.{author}"
        )
        assert roles == [("admin",)]


def test_a_rebuild_repairs_the_planted_divergence_and_nothing_else(sample_database: Any) -> None:
    with sample_database.connect(sample_database.owner) as owner:
        assert owner.execute("select lignes_corrigees from public.rebuild_stocks()").fetchone() == (1,)
        left = {code for (code,) in owner.execute("select check_code from public.v_integrity_checks")}
    assert left == CODES - {"STOCK_DIVERGENCE"}
