"""Changes of every kind of object, generated there and back, and judged by pg_dump.

Each case of tests/round_trips/*.sql is a state and a change of it. The way back and the way there are planned from the
two catalogs alone, run, and the dumps compared as multisets of entries, the lines of each sorted: a column that is made
again stands at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from judge import difference
from schema_trips import catalog, dump, run, script
from servers import Database

from rempart.catalog.compare import compare
from rempart.catalog.granting import Setup
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.plan import plan
from rempart.postgres import databases

FOLDER = Path(__file__).resolve().parents[1] / "round_trips"
REFUSED_ON_THE_WAY_BACK = {
    "tables: inheritance left": "a column of its own does not become one that is only inherited",
    "tables: one parent of two left, with its column and CHECK": "a column of its own does not become inherited",
}
pytestmark = pytest.mark.one_backend


@dataclass(frozen=True)
class Case:
    name: str
    base: str
    change: str


def cases() -> Iterator[Case]:
    for file in sorted(FOLDER.glob("*.sql")):
        for block in re.split(r"(?m)^-- case: ", file.read_text())[1:]:
            name, _, rest = block.partition("\n")
            base, _, change = rest.partition("-- change\n")
            yield Case(f"{file.stem}: {name}", base.removeprefix("-- base\n"), change)


CASES = list(cases())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if number % 4 else [])
        for number, case in enumerate(CASES)
    ],
)
def test_back_and_there_again(case: Case, empty: Database) -> None:
    run(empty, case.base or "select")
    before, dumped_before = catalog(empty), dump(empty)
    run(empty, case.change)
    after, dumped_after = catalog(empty), dump(empty)
    assert dumped_before != dumped_after, "the case changes nothing"
    assert compare(before, after), "a difference that pg_dump sees is not seen"
    back = plan(after, before, Setup("postgres"))
    if case.name in REFUSED_ON_THE_WAY_BACK:
        assert back.refused
        return
    assert not back.refused
    run(empty, script(back))
    assert difference(dump(empty), dumped_before, ("came back", "was there")) == "", script(back)
    assert compare(catalog(empty), before) == []
    there = plan(catalog(empty), after, Setup("postgres"))
    assert not there.refused
    run(empty, script(there))
    assert difference(dump(empty), dumped_after, ("generated", "by hand")) == "", script(there)
    assert compare(catalog(empty), after) == []


@pytest.mark.parametrize(("stands_at", "next_one"), [(500, 501), (7, 100)])
def test_a_sequence_goes_on_within_other_bounds(empty: Database, stands_at: int, next_one: int) -> None:
    run(empty, "create sequence s; create table t (i int generated always as identity)")
    before = catalog(empty)
    run(empty, "drop sequence s; create sequence s minvalue 100 maxvalue 1000 start 100; drop table t;")
    run(empty, "create table t (i int generated always as identity (minvalue 100 maxvalue 1000 start 100))")
    after = catalog(empty)
    run(empty, script(plan(catalog(empty), before, Setup("postgres"))))
    run(empty, f"select setval('s', {stands_at}), setval('t_i_seq', {stands_at})")
    run(empty, script(plan(catalog(empty), after, Setup("postgres"))))
    with empty.connect() as connection:
        assert connection.execute("select nextval('s'), nextval('t_i_seq')").fetchone() == (next_one, next_one)


def test_a_sequence_goes_on_where_it_stands_when_it_becomes_that_of_an_identity(empty: Database) -> None:
    run(empty, "create table t (id serial, v text); insert into t (v) values ('a'), ('b')")
    before = catalog(empty)
    run(
        empty,
        "alter table t alter id drop default; drop sequence t_id_seq;"
        "alter table t alter id add generated always as identity; alter table t alter id restart with 3",
    )
    after = catalog(empty)
    for state, id_to_come in ((before, 3), (after, 4), (before, 5)):
        run(empty, script(plan(catalog(empty), state, Setup("postgres"))))
        with empty.connect() as connection:
            row = connection.execute("insert into t (v) values ('c') returning id").fetchone()
            assert row == (id_to_come,)


@pytest.mark.parametrize(("options", "id_to_come"), [("", 8), ("(start 100)", 100), ("(increment -1 maxvalue 50)", 4)])
def test_an_identity_goes_on_behind_the_rows_that_are_there(empty: Database, options: str, id_to_come: int) -> None:
    run(empty, 'create table "T" ("Id" int not null primary key, v text)')
    before = catalog(empty)
    run(empty, f'alter table "T" alter "Id" add generated always as identity {options}')
    after = catalog(empty)
    run(empty, script(plan(after, before, Setup("postgres"))))
    run(empty, """insert into "T" values (5, 'a'), (7, 'b')""")
    run(empty, script(plan(catalog(empty), after, Setup("postgres"))))
    with empty.connect() as connection:
        row = connection.execute("""insert into "T" (v) values ('c') returning "Id" """).fetchone()
        assert row == (id_to_come,)


def test_a_sequence_begins_at_its_new_start_or_goes_on_behind_it(empty: Database) -> None:
    run(
        empty,
        "create sequence fresh; create sequence used; create sequence past; select nextval('used'), setval('past', 7)",
    )
    before = catalog(empty)
    with databases.throwaway(empty.server) as name:
        other = Database(empty.server, name, "postgres")
        run(
            other,
            "create sequence fresh start 100; create sequence used start 100 minvalue 100;"
            " create sequence past start 5 maxvalue 1000",
        )
        after = catalog(other)
    run(empty, script(plan(before, after, Setup("postgres"))))
    with empty.connect() as connection:
        row = connection.execute("select nextval('fresh'), nextval('used'), nextval('past')").fetchone()
    assert row == (100, 100, 8)


def test_a_sequence_that_stands_behind_its_new_bounds_is_not_put_back(empty: Database) -> None:
    run(empty, "create sequence s; select setval('s', 7)")
    before = catalog(empty)
    identity = Identity("sequence", "public", "s")
    old = before.objects[identity]
    assert isinstance(old, Sequence)
    after = replace(before, objects={**before.objects, identity: replace(old, maximum=5)})
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="cannot be greater than MAXVALUE"):
        run(empty, script(plan(before, after, Setup("postgres"))))


def test_a_new_value_of_a_partition_key_is_asked_for_in_a_revision_before(empty: Database) -> None:
    run(empty, "create type e as enum ('a'); create table t (c e) partition by list (c)")
    before = catalog(empty)
    with databases.throwaway(empty.server) as name:
        other = Database(empty.server, name, "postgres")
        run(
            other,
            "create type e as enum ('a', 'b'); create table t (c e) partition by list (c);"
            " create table tb partition of t for values in ('b')",
        )
        found = plan(before, catalog(other), Setup("postgres"))
    assert [(str(identity), why.rpartition(": ")[2]) for identity, why in found.refused] == [
        ("column public.t.c", "add the value in a revision before")
    ]


def test_what_a_column_held_that_becomes_generated_is_lost_and_said_so(empty: Database) -> None:
    run(empty, "create table t (a int, b int generated always as (a) stored)")
    generated = catalog(empty)
    run(empty, "alter table t alter b drop expression")
    plain = catalog(empty)
    assert [step.loses for step in plan(plain, generated, Setup("postgres")).losses] == ["what column public.t.b holds"]
    assert plan(generated, plain, Setup("postgres")).losses == []


def test_an_enum_that_has_all_values_of_another_loses_none(empty: Database) -> None:
    run(empty, "create type e as enum ('a', 'b'); create table t (c e default 'a', d e[], x text)")
    before = catalog(empty)
    run(
        empty,
        "create type f as enum ('b', 'c', 'a'); alter table t alter c drop default;"
        " alter table t alter c type f using c::text::f; alter table t alter d type f[] using d::text[]::f[];"
        " drop type e",
    )
    after = catalog(empty)
    assert plan(before, after, Setup("postgres")).losses == []
    assert len(plan(after, before, Setup("postgres")).losses) == 2
