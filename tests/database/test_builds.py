"""Contracts of the application's builds against real databases: what breaks them, and which revision may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from gateway import request
from psycopg import sql
from servers import Database

from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.builds.contract import Build, RelationUse, load, named
from rempart.deploy.builds.in_service import broken, gate, phase_of
from rempart.errors import UsageError
from rempart.postgres import databases, platform
from rempart.postgres.server import Server
from rempart.revisions import runner

pytestmark = pytest.mark.one_backend


def catalog(database: Database) -> Catalog:
    with database.connect() as connection:
        return read(connection)


def by_owner(database: Database, statements: str) -> Catalog:
    with database.connect(database.owner) as owner:
        owner.execute(statements)
    return catalog(database)


def said(found: Catalog, builds: list[Build]) -> list[str]:
    return [f"{one.build.name} {one.lack}" for one in broken(found, builds)]


@pytest.fixture(scope="module")
def builds(config: Config) -> list[Build]:
    return load(config)


# --- the depot's own contracts ------------------------------------------------------------------------------------


def test_every_recorded_build_runs_at_head(depot_database: Database, builds: list[Build]) -> None:
    assert [build.name for build in builds] == ["web-1.0", "web-1.1"]
    assert said(catalog(depot_database), builds) == []


def test_the_history_breaks_no_build(platform_database: Database, config: Config, builds: list[Build]) -> None:
    steps = []
    before = catalog(platform_database)
    for revision in runner.history(config):
        runner.upgrade(platform_database.owner_url, revision, config)
        steps.append((revision, "", catalog(platform_database)))
    check = gate(before, steps, builds)
    assert check.ok, check.details
    assert check.said == "2 builds, 2 in service"


def test_the_contracts_name_every_view_that_the_application_reads(
    depot_database: Database, builds: list[Build]
) -> None:
    with depot_database.connect() as connection:
        views = connection.execute(
            "select 'public.' || relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace"
        )
        assert {name for (name,) in views} <= {use.relation for use in builds[-1].relations}


# --- Postgres is the judge ----------------------------------------------------------------------------------------


def refused(database: Database, build: Build) -> list[str]:
    """What Postgres itself refuses of what a build does, asked by EXPLAIN in the role of the build."""
    found = []
    with database.connect("authenticator") as connection:
        for statement in statements(build):
            try:
                with request(connection, build.role, {"role": build.role}):
                    connection.execute(sql.SQL("explain {}").format(statement))
            except psycopg.Error as error:
                found.append(str(error.diag.message_primary))
    return found


def statements(build: Build) -> Iterator[sql.Composed]:
    def names(columns: tuple[str, ...]) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, columns))

    for use in build.relations:
        relation = sql.Identifier(*use.relation.split("."))
        if use.reads:
            yield sql.SQL("select {} from {}").format(names(use.reads), relation)
        if use.insert is not None:
            defaults = sql.SQL(", ").join([sql.SQL("default")] * len(use.insert))
            yield sql.SQL("insert into {} ({}) values ({})").format(relation, names(use.insert), defaults)
        if use.update:
            changes = [sql.SQL("{} = default").format(sql.Identifier(name)) for name in use.update]
            yield sql.SQL("update {} set {}").format(relation, sql.SQL(", ").join(changes))
        if use.delete:
            yield sql.SQL("delete from {}").format(relation)
    for function in build.functions:
        name, _, types = function.signature.removesuffix(")").partition("(")
        nulls = sql.SQL(", ").join(
            sql.SQL("{} => null::" + one).format(sql.Identifier(argument))  # type: ignore[arg-type]
            for argument, one in zip(function.arguments or (), types.split(", "), strict=True)
        )
        yield sql.SQL("select * from {}({})").format(sql.Identifier(*name.split(".")), nulls)


def test_postgres_refuses_nothing_of_the_contracts_at_head(depot_database: Database, builds: list[Build]) -> None:
    for build in builds:
        assert refused(depot_database, build) == []


CHANGES = {
    "drop view public.logs": "public.logs: does not exist",
    "alter view public.logs rename column niveau to level": "public.logs.niveau: does not exist",
    "alter table public.produits rename to goods": "public.produits: does not exist",
    "alter table public.clients drop column pays": "public.clients.pays: does not exist",
    "revoke select on public.depots from authenticated": "public.depots.id: authenticated has no SELECT",
    "revoke insert on public.receptions from authenticated": "public.receptions.note: authenticated has no INSERT",
    "revoke update on public.citernes from authenticated; grant update (nom) on public.citernes to authenticated":
        "public.citernes.statut: authenticated has no UPDATE",
    "revoke delete on public.cours_de_route from authenticated":
        "public.cours_de_route: authenticated has no DELETE",
    "revoke update (status) on public.system_alerts from authenticated":
        "public.system_alerts.status: authenticated has no UPDATE",
    "revoke select on public.stocks_adjustments from authenticated":
        "public.v_stock_actuel: reads public.stocks_adjustments, on which authenticated has no SELECT",
    "drop function public.declare_stock_ouverture": "timestamp with time zone): does not exist",
    "revoke execute on function public.declare_stock_ouverture from authenticated": ": authenticated has no EXECUTE",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_postgres_refuses_is_found(depot_database: Database, builds: list[Build], change: str) -> None:
    found = said(by_owner(depot_database, change), builds[-1:])
    assert any(line.endswith(CHANGES[change]) for line in found), found
    assert refused(depot_database, builds[-1])


def test_what_no_statement_of_the_contract_shows_by_itself(depot_database: Database, builds: list[Build]) -> None:
    view = (
        "drop view public.v_mouvements_stock; create view public.v_mouvements_stock with (security_invoker = true) as"
        " select ''::text as date_jour, id as citerne_id, id as produit_id, id as depot_id, nom as proprietaire_type,"
        " 1::float8 as delta_ambiant, 1::float8 as delta_15c from public.depots;"
        " grant select on public.v_mouvements_stock to authenticated"
    )
    function = (
        "alter function public.declare_stock_ouverture rename to other; create function public.declare_stock_ouverture("
        "a uuid, b uuid, c text, d double precision, e double precision, f text, g timestamptz) returns text"
        " language sql as $$ select '' $$"
    )
    column = "alter table public.clients add column code int not null default 1; "
    generated = "alter table public.clients drop column pays; alter table public.clients add column pays text "
    changes = {
        column + "alter table public.clients alter column code drop default": (
            "public.clients.code: has to be given a value when a row is inserted, and this build gives none"
        ),
        generated + "generated always as (nom) stored": "public.clients.pays: is generated, and takes no value",
        view: "public.v_mouvements_stock.date_jour: is text, and was date",
        function: ": returns text, and returned uuid",
    }
    for change, wanted in changes.items():
        found = said(by_owner(depot_database, change), builds[-1:])
        assert any(line.endswith(wanted) for line in found), found


def test_privileges_by_public_by_column_and_by_membership_count(own_server: Server, config: Config) -> None:
    databases.create(own_server, "depot")
    platform.install(own_server, "depot", config.platform, config.owner)
    runner.upgrade(own_server.url("depot", config.owner), "head", config)
    database = Database(own_server, "depot", config.owner)
    build = replace(load(config)[0], relations=(RelationUse("public.depots", reads=("id", "nom")),), functions=())
    changes = {
        "revoke select on public.depots from authenticated": ["public.depots.id", "public.depots.nom"],
        "grant select (id) on public.depots to authenticated": ["public.depots.nom"],
        "grant select (nom) on public.depots to public": [],
        "revoke select (id) on public.depots from authenticated": ["public.depots.id"],
    }
    for change, lacking in changes.items():
        found = [one.lack.object for one in broken(by_owner(database, change), [build])]
        assert found == lacking
    with database.connect() as superuser:
        superuser.execute(
            "create role readers; grant select on public.depots to readers; grant readers to authenticated"
        )
    assert said(catalog(database), [build]) == ["web-1.0 public.depots.id: authenticated has no SELECT"]  # NOINHERIT
    with database.connect() as superuser:
        superuser.execute("grant readers to authenticated with inherit true")
    assert broken(catalog(database), [build]) == []
    with database.connect() as superuser:
        superuser.execute("revoke usage on schema public from public, authenticated")
    assert said(catalog(database), [build]) == ["web-1.0 schema public: authenticated has no USAGE"]
    with database.connect() as superuser:
        superuser.execute("revoke readers from authenticated; revoke select (nom) on public.depots from public")
    nobody = replace(build, role="gone")
    assert said(catalog(database), [nobody]) == ["web-1.0 role gone: does not exist"]


def test_a_build_that_writes_a_view_is_not_told(depot_database: Database, builds: list[Build]) -> None:
    change = "alter table public.clients rename to clients_table; create view public.clients with (security_invoker =" \
        " true) as select * from public.clients_table; grant all on public.clients to authenticated"  # fmt: skip
    assert said(by_owner(depot_database, change), builds[:1]) == [
        "web-1.0 public.clients: is a view: whether it can be written is not known"
    ]


# --- the gate: expand first, contract later -----------------------------------------------------------------------

DROP = "alter table public.clients drop column note_supplementaire"


def test_a_revision_that_breaks_a_build_in_service_is_refused(depot_database: Database, builds: list[Build]) -> None:
    before = catalog(depot_database)
    after = by_owner(depot_database, DROP)
    for file in ("0014_expand_clients.py", "0014_contract_clients.py", "0014_clients.py", ""):
        check = gate(before, [("0014", file, after)], builds)
        assert (check.name, check.ok) == ("application", False)
        assert check.details[0] == (
            f"{file or '0014'} breaks web-1.0, which is in service: public.clients.note_supplementaire: does not exist"
        )


def test_what_a_retired_build_used_goes_by_a_contract_revision_only(
    depot_database: Database, builds: list[Build]
) -> None:
    before = catalog(depot_database)
    after = by_owner(depot_database, DROP)
    retired = [replace(build, in_service=False) for build in builds]
    assert gate(before, [("0014", "0014_contract_clients.py", after)], retired).ok
    for file in ("0014_expand_clients.py", "0014_clients.py"):
        check = gate(before, [("0014", file, after)], retired)
        assert not check.ok
        assert check.details[0].startswith(f"{file} takes away what web-1.0 used, and its name does not say contract: ")
    assert gate(before, [("", "", after)], retired).ok  # the way back
    assert not gate(before, [("", "", after)], builds).ok


def test_each_revision_is_judged_by_what_it_does_itself(depot_database: Database, builds: list[Build]) -> None:
    before = catalog(depot_database)
    gone = by_owner(depot_database, DROP)
    back = by_owner(depot_database, "alter table public.clients add column note_supplementaire text")
    check = gate(before, [("0014", "0014_a.py", gone), ("0015", "0015_b.py", back)], builds)
    assert {line.partition(" ")[0] for line in check.details} == {"0014_a.py"}
    # What was missing before is not broken by what comes next.
    assert gate(gone, [("0015", "0015_expand_b.py", gone)], builds).ok


def test_an_expansion_is_let_through(depot_database: Database, builds: list[Build]) -> None:
    before = catalog(depot_database)
    after = by_owner(
        depot_database, "alter table public.clients add column code text; create view public.v_new as select 1"
    )
    assert gate(before, [("0014", "0014_expand_clients.py", after)], builds).ok


def test_without_builds_the_gate_says_so(depot_database: Database) -> None:
    found = catalog(depot_database)
    check = gate(found, [("0014", "0014_x.py", found)], [])
    assert (check.ok, check.said) == (True, "no build is recorded")


@pytest.mark.parametrize(
    ("file", "phase"),
    [
        ("0014_expand_clients.py", "expand"),
        ("migrations/versions/0020_contract_clients.py", "contract"),
        ("0020_contract.py", "contract"),
        ("contract_clients", "contract"),
        ("0009_application_views.py", None),
        ("0014_expanded.py", None),
        ("0014_clients_contract.py", None),
        ("", None),
    ],
)
def test_the_phase_is_in_the_name(file: str, phase: str | None) -> None:
    assert phase_of(file) == phase


# --- the files ----------------------------------------------------------------------------------------------------

FILE = """
build = "web-0.9"
released = 2026-01-01
in_service = false
role = "authenticated"
[relations."public.depots"]
reads = ["id"]
[relations."public.depots".types]
id = "uuid"
[relations."public.depots".writes]
insert = []
"""


def written(folder: Path, config: Config, text: str, name: str = "a.toml") -> Config:
    (folder / name).write_text(text, encoding="utf-8")
    return replace(config, deployment=replace(config.deployment, contracts=folder))


def test_a_contract_is_read(tmp_path: Path, config: Config) -> None:
    (build,) = load(written(tmp_path, config, FILE))
    assert (build.name, build.in_service, build.released) == ("web-0.9", False, date(2026, 1, 1))
    assert build.relations == (RelationUse("public.depots", ("id",), insert=(), types={"id": "uuid"}),)
    assert load(replace(config, deployment=replace(config.deployment, contracts=tmp_path / "none"))) == []
    with pytest.raises(UsageError, match=r"no contract of web-9; known: web-0\.9"):
        named(written(tmp_path, config, FILE), "web-9")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("in_service = false", "", "in_service is neither true nor false"),
        ("in_service = false", 'in_service = "no"', "in_service is neither true nor false"),
        ('build = "web-0.9"', "", "build is not a text"),
        ('role = "authenticated"', "", "role is not a text"),
        ("released = 2026-01-01", 'released = "soon"', "released is no day"),
        ("released = 2026-01-01", "released = 2026-01-01T12:00:00", "released is no day"),
        ('reads = ["id"]', 'reads = "id"', "reads is not a list"),
        ('reads = ["id"]', 'read = ["id"]', "unknown key: read"),
        ('id = "uuid"', 'nom = "uuid"', "types of columns it does not use: nom"),
        ('id = "uuid"', "id = 1", "types is not a table of texts"),
        ("insert = []", "drop = true", "unknown key: drop"),
        ("insert = []", "delete = 1", "delete is neither"),
        ("public.depots", "depots", "is no relation"),
        ("FILE", "", ""),
        ("insert = []", 'insert = []\n[functions."public.f"]', "is no function"),
        ("insert = []", 'insert = []\n[functions."public.f()"]\nargs = []', "unknown key: args"),
        ("build", "build = [", "cannot be read"),
    ],
)
def test_a_contract_that_means_nothing_is_refused(
    tmp_path: Path, config: Config, old: str, new: str, message: str
) -> None:
    if old == "FILE":
        text, message = FILE.partition("[relations")[0], "names nothing that the build uses"
    else:
        text = FILE.replace(old, new)
    with pytest.raises(UsageError, match=message):
        load(written(tmp_path, config, text))


def test_two_contracts_of_one_build_are_refused(tmp_path: Path, config: Config) -> None:
    written(tmp_path, config, FILE)
    with pytest.raises(UsageError, match=r"two contracts of web-0\.9"):
        load(written(tmp_path, config, FILE, "b.toml"))
