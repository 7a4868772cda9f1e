"""A database that never saw Alembic is adopted: nothing of it is lost, nothing of it stays open, or nothing happens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from adopting import (
    DECISIONS,
    LEGACY,
    TABLE,
    Old,
    contents,
    fill,
    old_database,
    project_folder,
    require_untouched,
    small_project,
    state_of,
    tables_of,
)
from anon import anon_findings
from audit_scope import holes, scope_of
from planting import plant_everywhere, tables

from rempart.audit.drift import current_revision
from rempart.audit.run import audit
from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.adoption.draft import read_draft
from rempart.deploy.adoption.finding import adopt
from rempart.deploy.record import ledger
from rempart.errors import GateFailure, UsageError
from rempart.postgres import databases
from rempart.postgres.server import Server
from rempart.revisions import runner

pytestmark = pytest.mark.costly

NAN = "insert into public.receptions (citerne_id, volume_ambiant) select id, 'NaN' from public.citernes limit 1"
TWICE = (
    "insert into public.profils (user_id, nom_complet, role)"
    " select user_id, 'la même', 'lecture' from public.profils where user_id is not null limit 1"
)
OPEN_TWICE = (
    "insert into public.cours_de_route (plaque_camion, volume, statut) values"
    " ('CGO 9', 'NaN', 'TRANSIT'), ('CGO 9', 1, 'TRANSIT')"
)


@pytest.fixture
def legacy(server: Server) -> Iterator[Old]:
    """The legacy depot, with rows, before anybody decided anything."""
    with project_folder() as folder, old_database(server, folder, LEGACY.read_text(encoding="utf-8")) as old:
        with old.database.connect() as superuser:
            fill(superuser)
        yield old


def test_the_legacy_depot_goes_from_leaking_to_closed_and_keeps_every_row(
    legacy: Old, config: Config, server: Server, depot_template: str
) -> None:
    assert len(leaks(legacy, config)) == 14, "the thirteen, and the documents that are not confidential"
    for statement in (NAN, TWICE, OPEN_TWICE):
        legacy.run(statement)
    untouched = state_of(legacy)
    report = adopt(legacy.target).report
    found = {one.object: one for one in report.conflicts}
    assert not report.unasked
    assert found["constraint receptions_volume_ambiant_check on public.receptions"].rows == 1
    twice = next(one for one in report.conflicts if "profils" in one.object and "user_id" in one.rule)
    assert twice.rows == 2
    assert all("user_id=" in example for example in twice.examples)
    assert found["constraint cours_de_route_volume_check on public.cours_de_route"].rows == 1
    assert found["index public.cours_de_route_plaque_camion_ouvert_key"].rows == 2
    assert found["constraint prises_de_hauteur_volume_mesure_check on public.prises_de_hauteur"].rows == 2
    assert found["column public.citernes.localisation"].rows == 41
    assert len(found["column public.citernes.localisation"].examples) == 5
    assert found["column public.log_actions.id"].rows == 101
    with pytest.raises(GateFailure, match="receptions_volume_ambiant_check"):
        adopt(legacy.target, write=True)
    with pytest.raises(GateFailure, match="somebody has to decide"):
        adopt(legacy.target, apply=True)
    require_untouched(legacy, untouched)
    assert not (legacy.target.config.root / "adoption").exists()

    legacy.run(DECISIONS.read_text(encoding="utf-8"))
    legacy.run(
        "set app.maintenance = 'on'; delete from public.receptions where volume_ambiant = 'NaN';"
        "delete from public.profils where nom_complet = 'la même';"
        "delete from public.cours_de_route where plaque_camion = 'CGO 9';"
        "delete from public.prises_de_hauteur where abs(volume_mesure) > 1e300"
    )
    before = tables_of(legacy.database)
    rows = contents(legacy.database, before)
    assert sum(map(len, rows.values())) > 1_200
    decided = adopt(legacy.target).report
    assert decided.can_go_on, [one.lines() for one in decided.conflicts]
    written = adopt(legacy.target, write=True)
    assert written.written
    assert not leaks_nothing(legacy, config), "writing the revision changes nothing in the database"
    assert adopt(legacy.target, apply=True, dry_run=True).rehearsed
    done = adopt(legacy.target, apply=True)
    assert done.adopted is not None

    assert contents(legacy.database, before) == rows
    assert legacy.rows("select last_value from public.numero_bordereau") == [(41,)]
    assert leaks_nothing(legacy, config)
    with (
        databases.throwaway(server, template=depot_template) as name,
        psycopg.connect(server.url(name), autocommit=True) as head,
        legacy.database.connect() as adopted,
    ):
        require_contract_views(head, adopted)
        differing = {one.identity for one in compare(read(head), read(adopted)) if one.identity.kind != "database"}
        own = {one for one in differing if one.schema == "rempart"}
        assert {one.name for one in own} <= {"deployment_ledger", "environment_marker", "refuse_ledger_change"}
        assert {str(one) for one in differing - own} <= {str(one) for one in decided.unmanaged}
    with legacy.database.connect() as superuser:
        assert current_revision(superuser) == ("0013", "")
        entries = ledger.entries(superuser)
        assert [one.kind for one in entries] == ["adopted"]
        assert entries[0].content["baseline"] == "0013"
        marker = ledger.marker(superuser)
        assert marker is not None
        assert marker.environment == "ancien"
    assert runner.upgrade(legacy.database.owner_url, "head", legacy.target.config) == []

    with legacy.database.connect(legacy.database.owner) as owner:
        empty = [one for one in tables(owner) if not legacy.rows(f"select from {one} limit 1")]
        # An opening stock is refused for a tank of another product: that table stays empty.
        empty.remove("public.stocks_ouverture")
        plant_everywhere(owner, leave=[one for one in tables(owner) if one not in empty])
    shown = [one for one in anon_findings(legacy.database, config.exposed_schemas) if "stocks_ouverture" not in one]
    assert shown == []
    with pytest.raises(UsageError, match="under management already"):
        adopt(legacy.target)


def leaks(old: Old, config: Config) -> list[str]:
    seen = audit(old.database.url(), scope_of(config)).anonymous
    assert seen is not None
    return [one.name for one in seen.leaks]


def leaks_nothing(old: Old, config: Config) -> bool:
    seen = audit(old.database.url(), scope_of(config))
    return not leaks(old, config) and not any(rule.startswith("grant") for rule, _ in holes(seen))


def require_contract_views(head: psycopg.Connection, adopted: psycopg.Connection) -> None:  # type: ignore[type-arg]
    asked = (
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        " where table_name in (select viewname from pg_views where schemaname = 'public') and table_schema = 'public'"
    )
    assert set(head.execute(asked)) <= set(adopted.execute(asked))


# ---- rows that break what would be added ----

CONFLICTS = {
    "not null": (
        TABLE.format("a int not null"),
        TABLE.format("a int") + "insert into public.t values (1, 1), (2, null), (3, null)",
        ("column public.t.a", 2, ("id=2", "id=3")),
    ),
    "a new column without a default": (
        TABLE.format("a int not null"),
        "create table public.t (id int primary key); insert into public.t select generate_series(1, 9)",
        ("column public.t.a", 9, ("id=1", "id=2", "id=3", "id=4", "id=5")),
    ),
    "a check": (
        TABLE.format("v double precision constraint positive check (v > 0 and v < 'Infinity')"),
        TABLE.format("v double precision") + "insert into public.t values (1, 'NaN'), (2, 1), (3, null), (4, -0.0)",
        ("constraint positive on public.t", 2, ("id=1", "id=4")),
    ),
    "a check over a new column's default": (
        TABLE.format("a int, b int default 5, constraint c check (a < b)"),
        TABLE.format("a int") + "insert into public.t values (1, 4), (2, 6)",
        ("constraint c on public.t", 1, ("id=2",)),
    ),
    "two profiles of one user": (
        TABLE.format("user_id int, constraint one unique (user_id)"),
        TABLE.format("user_id int") + "insert into public.t values (1, 7), (2, 7), (3, null), (4, null), (5, 8)",
        ("constraint one on public.t", 2, ("id=1 (user_id=7)", "id=2 (user_id=7)")),
    ),
    "nulls not distinct": (
        TABLE.format("a int, constraint one unique nulls not distinct (a)"),
        TABLE.format("a int") + "insert into public.t values (1, 7), (3, null), (4, null)",
        ("constraint one on public.t", 2, ("id=3 (a=NULL)", "id=4 (a=NULL)")),
    ),
    "a unique index over an expression": (
        TABLE.format("a text") + "create unique index u on public.t (lower(a)) where a <> 'x'",
        TABLE.format("a text") + "insert into public.t values (1, 'É'), (2, 'É'), (3, 'x'), (4, 'X'), (5, 'x')",
        ("index public.u", 2, ("id=1 (lower(a)=é)", "id=2 (lower(a)=é)")),
    ),
    "a primary key without one before": (
        "create table public.t (id int primary key)",
        "create table public.t (id int); insert into public.t values (1), (1), (2)",
        ("constraint t_pkey on public.t", 2, ("row (0,1) (id=1)", "row (0,2) (id=1)")),
    ),
    "a foreign key": (
        "create table public.u (id int primary key);" + TABLE.format("a int constraint f references public.u"),
        "create table public.u (id int primary key);"
        + TABLE.format("a int")
        + "insert into public.u values (1); insert into public.t values (1, 1), (2, 2), (3, null)",
        ("constraint f on public.t", 1, ("id=2",)),
    ),
    "a foreign key to a new table": (
        "create table public.u (id int primary key);" + TABLE.format("a int constraint f references public.u"),
        TABLE.format("a int") + "insert into public.t values (1, 1), (3, null)",
        ("constraint f on public.t", 1, ("id=1",)),
    ),
    "an exclusion": (
        TABLE.format("r int4range, constraint x exclude using gist (r with &&)"),
        TABLE.format("r int4range") + "insert into public.t values (1, '[1,3)'), (2, '[2,4)'), (3, '[9,9]')",
        ("constraint x on public.t", 2, ("id=1", "id=2")),
    ),
    "values that cannot be converted": (
        TABLE.format("a uuid"),
        TABLE.format("a bigint") + "insert into public.t values (1, 1), (2, null)",
        ("column public.t.a", 1, ("id=1",)),
    ),
    "values that would be another": (
        TABLE.format("a numeric(10,2)"),
        TABLE.format("a numeric") + "insert into public.t values (1, 1.5), (2, 1.555), (3, null)",
        ("column public.t.a", 1, ("id=2",)),
    ),
    "text that would be cut off": (
        TABLE.format("a varchar(3)"),
        TABLE.format("a text") + "insert into public.t values (1, 'abc'), (2, 'abcd')",
        ("column public.t.a", 1, ("id=2",)),
    ),
    "a stricter domain": (
        "create domain public.d as int constraint p check (value > 0);" + TABLE.format("a public.d"),
        "create domain public.d as int;" + TABLE.format("a public.d") + "insert into public.t values (1, 1), (2, -1)",
        ("column public.t.a", 1, ("id=2",)),
    ),
    "an enum that lost a value": (
        "create type public.e as enum ('a');" + TABLE.format("a public.e"),
        "create type public.e as enum ('a', 'b');"
        + TABLE.format("a public.e")
        + "insert into public.t values (1, 'b')",
        ("column public.t.a", 1, ("id=1",)),
    ),
}  # fmt: skip


def numbered(text: str, number: int) -> str:
    """SQL, or the name of an object, with names of its own: all cases stand in one database."""
    text = re.sub(r"\bpublic\.([a-z])\b", rf"public.\g<1>{number}", text)
    text = re.sub(r"\b(index|constraint) (u|one|x)\b", rf"\g<1> \g<2>{number}", text)
    return text.replace("t_pkey", f"t{number}_pkey")


@pytest.fixture
def conflicting(server: Server) -> Iterator[Old]:
    """A database with rows against everything that a baseline would add."""
    baseline, statements = (
        ";\n".join(numbered(case[index], number) for number, case in enumerate(CONFLICTS.values()))  # type: ignore[arg-type]
        for index in (0, 1)
    )
    with small_project(baseline) as folder, old_database(server, folder, statements) as old:
        yield old


@pytest.mark.costly
def test_rows_that_break_what_would_be_added_are_listed_and_stop_it(conflicting: Old) -> None:
    before = state_of(conflicting)
    report = adopt(conflicting.target).report
    found = {(one.object, one.rows, one.examples) for one in report.conflicts}
    expected = {
        (numbered(case[2][0], number), case[2][1], case[2][2]) for number, case in enumerate(CONFLICTS.values())
    }
    assert found == expected
    assert report.unasked == ()
    require_untouched(conflicting, before)
    assert not conflicting.file.exists()


@pytest.mark.slow
def test_postgres_refuses_each_conflict_and_nothing_else(conflicting: Old) -> None:
    """The control: what was listed fails when it is run all the same; without these rows nothing is listed or fails."""
    for number, (_, _, (listed, rows, examples)) in enumerate(CONFLICTS.values()):
        keys = [one.removeprefix("id=").split()[0] for one in examples if one.startswith("id=")]
        gone = f" where id in ({', '.join(keys)})" if len(keys) == rows else ""
        conflicting.run(numbered(f"delete from public.t{gone}", number))
        assert listed
    report = adopt(conflicting.target, write=True).report
    assert report.conflicts == ()
    left = sum(len(rows) for rows in contents(conflicting.database, tables_of(conflicting.database)).values())
    assert left > 15
    passed = []
    # Each case's rows again, one case at a time: its rows alone stop the revision that was just written.
    before = state_of(conflicting)
    for number, (name, (_, statements, _)) in enumerate(CONFLICTS.items()):
        inserts = "insert" + numbered(statements, number).partition("insert")[2]
        with conflicting.database.connect(conflicting.database.owner, autocommit=False) as owner:
            owner.execute(numbered("delete from public.t", number))
            owner.execute(re.sub(r"insert into public\.u\d+ values \(1\);", "", inserts))
            try:
                for statement in read_draft(conflicting.file, conflicting.target.config, "ancien", "0001").statements:
                    owner.execute(statement.encode())
                passed.append(name)
            except psycopg.Error:
                pass
            owner.rollback()
    assert passed == ["values that would be another", "text that would be cut off"], "Postgres changes these in silence"
    require_untouched(conflicting, before)
    assert adopt(conflicting.target, apply=True).adopted is not None


@pytest.mark.slow
def test_what_the_rows_cannot_tell_is_said(server: Server) -> None:
    baseline = (
        "create function public.f(int) returns boolean language sql immutable return $1 > 0;"
        + TABLE.format("a int constraint c check (public.f(a))")
    )  # fmt: skip
    old_sql = TABLE.format("a int") + "insert into public.t values (1, -1)"
    with small_project(baseline) as folder, old_database(server, folder, old_sql) as old:
        report = adopt(old.target).report
        assert [one.object for one in report.unasked] == ["constraint c on public.t"]
        adopt(old.target, write=True)
        before = state_of(old)
        with pytest.raises(GateFailure, match='check constraint "c" of relation "t" is violated by some row'):
            adopt(old.target, apply=True)
        require_untouched(old, before)


# ---- what differs, what is unmanaged ----
