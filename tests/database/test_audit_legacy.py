"""A database that was never under Alembic, full of holes: each is named, and named once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from audit_scope import LEGACY, holes, scope_of
from servers import Database

from rempart.audit.model import Audit, Sight
from rempart.audit.run import audit
from rempart.config import Config
from rempart.postgres import databases
from rempart.postgres.server import Server

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

TABLES = (
    "citernes", "clients", "cours_de_route", "depots", "documents", "fournisseurs", "log_actions", "prises_de_hauteur",
    "produits", "profils", "receptions", "sorties_produit", "stocks_snapshot",
)  # fmt: skip
VIEWS = (
    "cours_route", "current_user_profile", "logs", "v_kpi_stock_global", "v_mouvements_stock", "v_niveaux",
    "v_stock_actuel",
)  # fmt: skip
ANON_READS = {
    "public.clients", "public.cours_route", "public.depots", "public.fournisseurs", "public.kpi_journalier",
    "public.logs", "public.partenaires", "public.prises_de_hauteur", "public.produits", "public.v_kpi_stock_global",
    "public.v_mouvements_stock", "public.v_niveaux", "public.v_stock_actuel",
}  # fmt: skip

# The platform's defaults opened everything that was ever created here.
OPENED_BY_DEFAULT = [
    *(("grant-to-forbidden-role", f"table public.{name}") for name in (*TABLES, *VIEWS, "partenaires")),
    *(("truncate-privilege", f"table public.{name}") for name in (*TABLES, *VIEWS)),
    *(
        (rule, f"sequence public.{name}")
        for rule in ("grant-to-forbidden-role", "grant-all")
        for name in ("log_actions_id_seq", "numero_bordereau")
    ),
    *(
        ("grant-to-forbidden-role", f"function public.{name}")
        for name in ("bloquer_modification()", "compter(text)", "taux(float8, float8)")
    ),
    ("grant-to-forbidden-role", "schema public"),
    *(("default-privileges-open", f"default privileges on {kind}") for kind in ("functions", "sequences", "tables")),
    ("truncate-privilege", "every table created from now on"),
]
MADE_BY_HAND = [
    ("always-true-read", "policy produits_lecture on public.produits"),
    ("always-true-write", "policy depots_lecture on public.depots"),
    ("definer-callable", "public.ajuster_stock"),
    ("definer-callable", "public.creer_sortie_validee"),
    ("definer-callable", "public.role_utilisateur"),
    ("definer-unsafe-search-path", "public.ajuster_stock"),
    ("definer-without-search-path", "public.creer_sortie_validee"),
    ("dynamic-sql", "function public.compter(text)"),
    ("function-without-search-path", "public.bloquer_modification"),
    ("function-without-search-path", "public.taux"),
    ("materialized-view-readable", "public.kpi_journalier"),
    ("missing-with-check", "policy sorties_modifier on public.sorties_produit"),
    ("permissive-union", "policy receptions_debug on public.receptions"),
    ("policy-to-public", "policy depots_lecture on public.depots"),
    ("policy-to-public", "policy documents_publics on public.documents"),
    ("policy-to-public", "policy produits_lecture on public.produits"),
    ("policy-without-row-security", "public.prises_de_hauteur"),
    ("row-security-not-enabled", "public.clients"),
    ("row-security-not-enabled", "public.fournisseurs"),
    ("row-security-not-enabled", "public.partenaires"),
    ("row-security-without-policy", "public.log_actions"),
    ("schema-create", "schema public"),
    ("self-promotion", "policy profils_modifier_soi on public.profils"),
    ("session-function-per-row", "policy citernes_lecture on public.citernes"),
    ("trigger-bypass", "rule journaliser on public.citernes"),
    ("user-editable-claims", "policy stocks_lecture on public.stocks_snapshot"),
    ("view-over-platform", "public.current_user_profile"),
    *(("view-without-security-invoker", f"public.{name}") for name in VIEWS),
]


@pytest.fixture(scope="module")
def legacy_template(server: Server, platform_template: str, config: Config) -> Iterator[Database]:
    """The legacy database; nobody writes to it."""
    with databases.throwaway(server, template=platform_template, owner=config.owner) as name:
        with psycopg.connect(server.url(name, config.owner), autocommit=True) as owner:
            owner.execute(LEGACY.read_text(encoding="utf-8"))
        yield Database(server, name, config.owner)


@pytest.fixture(scope="module")
def seen(legacy_template: Database, config: Config) -> Audit:
    """The audit by a role that may become anon."""
    return audit(legacy_template.url(), scope_of(config))


def test_every_hole_is_named_once(seen: Audit) -> None:
    assert Counter(holes(seen)) == Counter([*OPENED_BY_DEFAULT, *MADE_BY_HAND])


def test_anon_is_seen_to_read_thirteen_relations(seen: Audit) -> None:
    assert seen.anonymous is not None
    assert {one.name for one in seen.anonymous.leaks} == ANON_READS
    assert all(one.observed for one in seen.anonymous.leaks)


def test_the_audit_log_is_seen_to_be_open_for_writing(seen: Audit) -> None:
    assert seen.anonymous is not None
    logs = next(one for one in seen.anonymous.relations if one.name == "public.logs")
    assert logs.writes == ("insert", "update", "delete")


def test_only_two_columns_of_a_table_are_seen_to_be_open(seen: Audit) -> None:
    assert seen.anonymous is not None
    partenaires = next(one for one in seen.anonymous.relations if one.name == "public.partenaires")
    assert (partenaires.sight, partenaires.columns) == (Sight.ROWS, ("nom", "telephone"))
    assert not partenaires.writes


def test_functions_of_the_owner_open_to_all_are_listed_and_not_called(seen: Audit) -> None:
    assert seen.anonymous is not None
    listed = {one.name for one in seen.anonymous.functions if one.definer and one.by_public}
    assert listed == {
        "public.ajuster_stock(uuid, double precision)",
        "public.creer_sortie_validee(uuid, double precision)",
        "public.role_utilisateur()",
    }


def test_what_is_empty_is_not_passed_over(seen: Audit) -> None:
    assert {one.subject: one.reason for one in seen.not_audited} == {
        "what anon sees of public.current_user_profile": (
            "empty: not observed; a view with its owner's rights: its query decides"
        ),
        "what anon sees of public.documents": (
            "empty: not observed; its policies let it read rows where documents_publics: (NOT confidentiel)"
        ),
        "drift": "no version table: drift not checked",
    }


def test_defaults_of_the_platform_are_named_and_do_not_fail(seen: Audit) -> None:
    platform = [one for one in seen.findings if not one.fails]
    assert Counter(one.rule for one in platform) == {"default-privileges-open": 3, "grant-to-forbidden-role": 1}
    assert all("out of the project's reach" in one.message for one in platform)


def test_it_takes_less_than_five_seconds(seen: Audit) -> None:
    assert seen.seconds < 5
    assert not seen.passes(strict=False)


def test_a_role_that_may_not_become_anon_finds_the_same_holes_and_says_what_it_did_not_see(
    seen: Audit, legacy_template: Database, config: Config
) -> None:
    found = audit(legacy_template.owner_url, scope_of(config))
    assert holes(found) == holes(seen)
    assert found.anonymous is not None
    assert not found.anonymous.became
    assert not any(one.observed for one in found.anonymous.leaks)
    # Tables and materialized views are decided; the query of a view is not.
    assert {one.name for one in found.anonymous.leaks} < ANON_READS
    undecided = {one.name for one in found.anonymous.relations if one.sight is Sight.UNDECIDED}
    assert ANON_READS - {one.name for one in found.anonymous.leaks} <= undecided
    assert "what anon sees" in {one.subject for one in found.not_audited}
