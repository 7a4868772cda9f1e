"""The access map of the project: the same on every server, what the declared matrix says, and changed by every hole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from access_personas import FEW, with_personas
from declared_access import ROLES, Declaration, matrix
from servers import Database

from rempart.access import contract, current, mapfile
from rempart.access.cells import Cell
from rempart.access.model import AccessMap
from rempart.access.observe import observe
from rempart.config import Config
from rempart.postgres import databases
from rempart.postgres.server import Server

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

COMMANDS = ("select", "insert", "update", "delete")


@pytest.fixture(scope="module")
def observed(server: Server, depot_template: str, config: Config) -> Iterator[AccessMap]:
    with databases.throwaway(server, template=depot_template, owner=config.owner) as name:
        yield observe(server.url(name), config, lambda _: None)


def test_the_committed_map_is_current_on_every_server(observed: AccessMap, config: Config) -> None:
    assert current.difference(config, observed) == ""


def test_the_contract_holds(observed: AccessMap, config: Config) -> None:
    assert contract.check(observed, contract.load(config)) == []


def test_everything_was_observed(observed: AccessMap) -> None:
    assert observed.not_observed == {}
    assert not [line for line in mapfile.lines_of(observed) if "not observed" in line]


# ---- against the matrix, written by hand ----


def row_class(label: tuple[str, ...]) -> str:
    if "own row" in label:
        return "self"
    return next((word.removesuffix(" depot").replace("no", "none") for word in label if word.endswith(" depot")), "any")


def reached(cell: Cell) -> set[str]:
    return {row_class(label) for label in cell.reached}


def declared(declaration: Declaration, command: str, role: str) -> set[str]:
    """The classes of rows on which a role succeeds with any variant of a command."""
    return {
        name
        for variant, cells in declaration.cells.items()
        if variant.split()[0] == command
        for name, who in cells.items()
        if role in who
    }


@pytest.mark.one_backend
@pytest.mark.parametrize("role", ROLES)
def test_the_map_says_what_the_matrix_declares(role: str, observed: AccessMap) -> None:
    personas = [persona.name for persona in observed.personas if persona.group == role]
    assert personas
    for name, declaration in matrix().relations.items():
        for persona in personas:
            cells = observed.relations[name][persona]
            for command in COMMANDS:
                if name == "public.current_user_profile":  # its rows are its readers' own
                    assert reached(cells[command]) == ({"self"} if command == "select" else set())
                    continue
                wanted = declared(declaration, command, role)
                found = reached(cells[command])
                if name == "public.profils" and command == "insert":
                    found.discard("self")  # the unique key refuses what the policy would not
                assert found == wanted, (name, persona, command, cells[command].text)
    for name, function in matrix().functions.items():
        for persona in personas:
            text = observed.functions[name.replace(", ", ",")][persona]["execute"].text
            refused = text == "denied" or "refuses inside" in text
            assert refused is (role not in function.execute), (name, persona, text)


@pytest.mark.one_backend
@pytest.mark.parametrize("outsider", ["anon", "sans_profil"])
def test_outsiders_reach_nothing(outsider: str, observed: AccessMap) -> None:
    for name, cells in observed.relations.items():
        for command, cell in cells[outsider].items():
            assert not cell.reached and not cell.trouble, (name, command, cell.text)
            assert outsider != "anon" or cell.text == "denied"


# ---- planted holes: each changes the map ----

HOLES = {
    "a policy to public": (
        "create policy open on public.citernes for select using (true); grant select on public.citernes to anon;"
        " grant usage on schema public to anon",
        "public.citernes | select | everyone | all rows",
    ),
    "a view without invoker": (
        "create view public.fuite as select * from public.log_actions;"
        " grant select, delete on public.fuite to authenticated",
        "public.fuite | select | sans_profil admin operateur | all rows",
    ),
    "and it can be written through": (
        "select",
        "public.fuite | delete | sans_profil admin operateur | refused by a trigger (23001): all rows",
    ),
    "a table without row security": (
        "create table public.oubli (id int primary key, t text); grant all on public.oubli to authenticated",
        "public.oubli | delete | sans_profil admin operateur | all rows",
    ),
    "it can be emptied": ("select", "public.oubli | truncate | sans_profil admin operateur | allowed"),
    "a definer function open to PUBLIC": (
        "create function public.porte() returns void language sql security definer set search_path = ''"
        " as 'insert into public.clients (nom) values (''x'')'; grant execute on function public.porte() to public",
        "public.porte() | execute | everyone | runs, writes public.clients",
    ),
    "a grant to anon": (
        "grant select on public.produits to anon",
        "public.produits | select | anon sans_profil | no rows",
    ),
    "default privileges and a new table": (
        "alter default privileges in schema public grant select on tables to anon;"
        " create table public.nouveau (id int)",
        "public.nouveau | select | anon | all rows",
    ),
    "a column too many": (
        "grant update (message) on public.system_alerts to authenticated",
        "public.system_alerts | update columns | sans_profil admin operateur | message, status",
    ),
    "a check that says true": (
        "drop policy cours_de_route_update_writers on public.cours_de_route;"
        " create policy u on public.cours_de_route for update to authenticated"
        " using (depot_destination_id = (select app.user_depot_id())) with check (true)",
        "public.cours_de_route | update into | operateur | statut ARRIVE",
    ),
    "a scope that is lost": (
        "create policy more on public.prises_de_hauteur for select to authenticated"
        " using ((select app.user_role()) is not null)",
        "public.prises_de_hauteur | select | admin operateur | all rows",
    ),
    "a sequence": (
        "create sequence public.compteur; grant usage on sequence public.compteur to anon",
        "public.compteur | usage | anon | allowed",
    ),
    "a guard that is gone": (
        "alter table public.sorties_produit disable trigger trg_sorties_produit_immutable; create policy d on"
        " public.sorties_produit for delete to authenticated using ((select app.user_role()) = 'admin')",
        "public.sorties_produit | delete | admin | all rows",
    ),
}


@pytest.mark.one_backend
def test_each_hole_changes_the_map(depot_database: Database, config: Config, tmp_path: Path) -> None:
    few = with_personas(config, FEW, tmp_path)
    before = mapfile.lines_of(observe(depot_database.url(), few, lambda _: None))
    with depot_database.connect(depot_database.owner) as owner:
        for statement, _ in HOLES.values():
            owner.execute(statement)
    after = mapfile.lines_of(observe(depot_database.url(), few, lambda _: None))
    for hole, (_, line) in HOLES.items():
        subject = line.split(" | ")[0]
        seen = [one for one in after if one.startswith(subject)]
        assert any(one.startswith(line) for one in after), (hole, seen)
        assert not any(one.startswith(line) for one in before), hole


@pytest.mark.one_backend
def test_observing_leaves_the_database_as_it_was(depot_database: Database, config: Config, tmp_path: Path) -> None:
    few = with_personas(config, FEW[:2], tmp_path)
    first = mapfile.text_of(observe(depot_database.url(), few, lambda _: None))
    with depot_database.connect() as superuser:
        left = superuser.execute(
            "select (select count(*) from public.profils)"
            " + (select count(*) from pg_namespace where nspname = 'rempart_probe')"
        ).fetchone()
    assert left == (0,)
    assert mapfile.text_of(observe(depot_database.url(), few, lambda _: None)) == first
