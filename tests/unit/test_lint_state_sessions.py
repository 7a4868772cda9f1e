"""The state that statements lead to: sessions, transactions, schemas and blocks."""

from __future__ import annotations

import pytest
from lint_states import held, state_after

from rempart.lint.apply import changes_structure
from rempart.lint.state import PUBLIC, Target
from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText

T = Target("relation", ("a", "t"))
F = Target("function", ("a", "f"), "(int4)")


class TestSessions:
    def test_search_path_decides_where_things_land(self) -> None:
        state = state_after('set search_path to "$user", a, b; create table t (); grant select on t to x')
        assert set(state.relations) == {("a", "t")}
        assert set(state.grants) == {T}

    def test_search_path_decides_what_is_meant(self) -> None:
        state = state_after("create table b.t (); set search_path = a, b; alter table t enable row level security")
        assert state.relations["b", "t"].row_security

    @pytest.mark.parametrize(
        "reset",
        [
            "reset search_path",
            "reset all",
            "discard all",
            "set search_path to default",
            "select pg_catalog.set_config('search_path', 'public', false)",
        ],
    )
    def test_search_path_reset(self, reset: str) -> None:
        assert set(state_after(f"set search_path = a; {reset}; create table t ()").relations) == {("public", "t")}

    def test_local_settings_end_with_the_transaction(self) -> None:
        sql = "begin; set local search_path = a; set local role r; create table t (); commit; create table t ();"
        state = state_after(sql)
        assert {name: one.owner for name, one in state.relations.items()} == {("a", "t"): "r", ("public", "t"): None}

    def test_each_file_is_a_session_of_its_own(self) -> None:
        state = state_after("set search_path = a; set role r", "create table t ()")
        assert {name: one.owner for name, one in state.relations.items()} == {("public", "t"): None}

    def test_roles_own_what_they_create(self) -> None:
        sql = "set role r; create table a.t (); reset role; create view a.v as select 1; set session authorization s;"
        state = state_after(sql + "create schema z")
        assert (state.relations["a", "t"].owner, state.relations["a", "v"].owner) == ("r", None)
        assert state.schema_owners == {"z": "s"}


class TestTransactions:
    def test_files_and_transactions_are_numbered(self) -> None:
        second = "create table a.c (); begin; create table a.d ()"
        state = state_after("create table a.a (); create table a.b ()", second)
        numbers = [state.relations["a", name].transaction for name in "abcd"]
        assert numbers[0] == numbers[1]
        assert numbers[1] < numbers[2] < numbers[3]

    def test_rollback_undoes(self) -> None:
        state = state_after("create table a.t (); begin; grant select on a.t to x; drop table a.t; rollback;")
        assert set(state.relations) == {("a", "t")}
        assert state.grants == {}

    def test_rollback_to_savepoint(self) -> None:
        sql = "begin; grant select on a.t to x; savepoint s; grant update on a.t to x; rollback to s; commit"
        assert held(sql, T) == {"x": {"select"}}

    def test_rollback_without_begin_undoes_nothing(self) -> None:
        assert held("grant select on a.t to x; rollback", T) == {"x": {"select"}}


class TestSchemas:
    def test_created_with_elements(self) -> None:
        elements = "create table t (b int) create view v as select 1 grant select on t to x"
        state = state_after(f"create schema a authorization o {elements}")
        assert set(state.relations) == {("a", "t"), ("a", "v")}
        assert state.schema_owners == {"a": "o"}
        assert set(state.grants) == {T}
        assert state.search_path == ("public",)

    def test_renamed(self) -> None:
        sql = "create schema a; create table a.t (); grant usage on schema a to x;"
        state = state_after(sql + "alter schema a rename to z")
        assert ("z", "t") in state.relations
        assert set(state.grants) == {Target("schema", ("", "z"))}
        assert "z" in state.schemas

    def test_dropped_with_what_is_in_it(self) -> None:
        sql = "create schema a; create table a.t (); grant select on a.t to x; grant usage on schema a to x;"
        state = state_after(sql + "drop schema a cascade")
        assert (state.relations, state.grants, "a" in state.schemas) == ({}, {}, False)

    def test_owner(self) -> None:
        assert state_after("create schema a; alter schema a owner to x").schema_owners == {"a": "x"}

    def test_of_an_extension(self) -> None:
        assert "e" in state_after("create extension x with schema e").schemas


class TestBlocks:
    def test_block_is_taken_in(self) -> None:
        sql = "do $$ begin create table a.t (); execute 'grant select on a.t to x'; end $$"
        assert held(sql, T) == {"x": {"select"}}

    def test_what_may_not_run_opens_but_does_not_close(self) -> None:
        sql = """
            create table a.t (); grant update on a.t to y; create policy q on a.t using (true);
            do $$ begin if x then
                alter table a.t enable row level security; revoke update on a.t from y;
                grant select on a.t to x; drop policy q on a.t;
                create policy p on a.t using (true); create policy r on a.t as restrictive using (true);
            end if; end $$
        """
        state = state_after(sql)
        table = state.relations["a", "t"]
        assert not table.row_security
        assert set(table.policies) == {"p", "q"}
        assert {grantee: set(held) for grantee, held in state.grants[T].items()} == {"x": {"select"}, "y": {"update"}}

    def test_functions_are_not_taken_in(self) -> None:
        sql = "create function a.f() returns void language sql as 'create table a.t ()'"
        assert state_after(sql).relations == {}


def test_copy_changes_apart() -> None:
    state = state_after("create table a.t (b int); grant select on a.t to x; create policy p on a.t using (true)")
    copied = state.copy()
    copied.relations["a", "t"].columns.append("c")
    copied.relations["a", "t"].policies["p"].roles = ("y",)
    copied.grants[T]["x"].clear()
    assert state.relations["a", "t"].columns == ["b"]
    assert state.relations["a", "t"].policies["p"].roles == (PUBLIC,)
    assert set(state.grants[T]["x"]) == {"select"}


@pytest.mark.parametrize("sql", ["set role x", "select 1", "insert into t values (1)", "begin"])
def test_what_changes_no_structure(sql: str) -> None:
    (statement,) = parse(PositionedText.whole_file("f", sql)).statements
    assert not changes_structure(statement.node)
