"""The state that statements lead to, topic by topic."""

from __future__ import annotations

from typing import Any

import pytest

from rempart.lint.apply import changes_structure
from rempart.lint.engine import Unit, lint
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Function, Relation, State, Target
from rempart.lint.statement import Direction
from rempart.report.finding import Severity
from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText


class Witness(Rule):
    """Keeps the state that a run ends with."""

    name = "witness"
    severity = Severity.INFO
    seen: State | None = None

    def at_end(self, state: State, settings: Settings) -> Any:
        Witness.seen = state
        return iter(list[Problem]())


def state_after(*files: str) -> State:
    units = [
        Unit(f"{number}.sql", Direction.FILE, [PositionedText.whole_file(f"{number}.sql", sql)])
        for number, sql in enumerate(files)
    ]
    lint(units, [Witness()], Settings())
    assert Witness.seen is not None
    return Witness.seen


def relation(sql: str, name: str = "a.t") -> Relation:
    schema, _, own = name.partition(".")
    return state_after(sql).relations[schema, own]


def function(sql: str, name: str = "a.f") -> Function:
    schema, _, own = name.partition(".")
    (found,) = state_after(sql).functions_named((schema, own))
    return found


def held(sql: str, target: Target) -> dict[str, set[str]]:
    by_grantee = state_after(sql).grants.get(target, {})
    return {grantee: set(privileges) for grantee, privileges in by_grantee.items()}


T = Target("relation", ("a", "t"))
F = Target("function", ("a", "f"), "(int4)")


class TestRelations:
    def test_table_with_columns(self) -> None:
        found = relation("create table a.t (b int, constraint c check (b > 0), d serial)")
        assert (found.kind, found.columns, found.seen, found.row_security) == ("table", ["b", "d"], True, False)

    def test_sequence_of_a_serial_column(self) -> None:
        state = state_after("create table a.t (b serial, c int generated always as identity)")
        assert {name for name, one in state.relations.items() if one.kind == "sequence"} == {
            ("a", "t_b_seq"),
            ("a", "t_c_seq"),
        }

    @pytest.mark.parametrize(
        ("sql", "kind"),
        [
            ("create view a.t as select 1 as b", "view"),
            ("create materialized view a.t as select 1 as b", "materialized view"),
            ("create foreign table a.t (b int) server s", "foreign table"),
            ("create sequence a.t", "sequence"),
            ("create table a.t as select 1 as b", "table"),
            ("select 1 as b into a.t", "table"),
            ("create table a.t partition of a.p for values in (1)", "table"),
        ],
    )
    def test_kinds(self, sql: str, kind: str) -> None:
        assert relation(sql).kind == kind

    @pytest.mark.parametrize(
        ("sql", "columns"),
        [
            ("create view a.t as select b, c.d, e as f, lower(g) from h", ["b", "d", "f", "lower"]),
            ("create view a.t (x, y) as select 1, 2", ["x", "y"]),
            ("create table a.s (b int, c int); create view a.t as select s.*, 1 as d from a.s s", ["b", "c", "d"]),
            ("create table a.s (b int); create table a.t (like a.s, c int)", ["b", "c"]),
            ("create table a.s (b int); create table a.t (c int) inherits (a.s)", ["b", "c"]),
            ("create table a.t (b int, c int); alter table a.t drop column b, add column d int", ["c", "d"]),
            ("create table a.t (b int); alter table a.t rename column b to c", ["c"]),
            ("create view a.t as select 1 as b union select 2", ["b"]),
        ],
    )
    def test_columns(self, sql: str, columns: list[str]) -> None:
        assert relation(sql).columns == columns

    def test_row_security(self) -> None:
        sql = "create table a.t (); alter table a.t enable row level security, force row level security;"
        assert (relation(sql).row_security, relation(sql).forced) == (True, True)
        undone = sql + "alter table a.t disable row level security; alter table a.t no force row level security;"
        assert (relation(undone).row_security, relation(undone).forced) == (False, False)

    def test_altered_before_it_is_seen(self) -> None:
        found = relation("alter view a.t owner to x")
        assert (found.kind, found.seen, found.owner) == ("view", False, "x")

    def test_if_not_exists_changes_nothing(self) -> None:
        sql = "create table a.t (b int); alter table a.t enable row level security;"
        sql += "create table if not exists a.t (c int)"
        assert (relation(sql).row_security, relation(sql).columns) == (True, ["b"])

    def test_replaced_view_loses_its_options_and_keeps_its_grants(self) -> None:
        sql = "create view a.t with (security_invoker) as select 1 as b; grant select on a.t to x;"
        assert relation(sql).options == {"security_invoker": "true"}
        replaced = sql + "create or replace view a.t as select 2 as b"
        assert relation(replaced).options == {}
        assert held(replaced, T) == {"x": {"select"}}

    def test_options_set_and_reset(self) -> None:
        sql = "create view a.t as select 1; alter view a.t set (security_invoker = on, security_barrier)"
        assert relation(sql).options == {"security_invoker": "on", "security_barrier": "true"}
        assert relation(sql + "; alter view a.t reset (security_invoker)").options == {"security_barrier": "true"}

    def test_rename_and_move_keep_everything(self) -> None:
        state = state_after(
            "create table a.t (b int); grant select (b), update on a.t to x; create policy p on a.t using (true);"
            "create table a.c () inherits (a.t);"
            "alter table a.t rename to u; alter table a.u set schema z;"
        )
        moved = state.relations["z", "u"]
        assert moved.policies["p"].table == ("z", "u")
        assert ("a", "t") not in state.relations
        assert {(one.name, one.detail) for one in state.grants} == {(("z", "u"), "b"), (("z", "u"), "")}
        assert state.relations["a", "c"].parent == ("z", "u")

    def test_partitions(self) -> None:
        sql = "create table a.t (b int); alter table a.p attach partition a.t for values in (1);"
        assert relation(sql).parent == ("a", "p")
        assert relation(sql + "alter table a.p detach partition a.t").parent is None

    def test_drop_takes_grants_along(self) -> None:
        state = state_after("create table a.t (); grant select on a.t to x; drop table a.t; create table a.t ()")
        assert state.grants == {}

    def test_temporary_tables_are_no_tables(self) -> None:
        state = state_after("create temporary table t (a int)")
        assert list(state.tables()) == []

    def test_triggers(self) -> None:
        sql = "create table a.t (); create trigger g before insert on a.t for each row execute function a.f();"
        assert relation(sql).triggers == {"g": ("a", "f")}
        assert relation(sql + "alter trigger g on a.t rename to h").triggers == {"h": ("a", "f")}
        assert relation(sql + "drop trigger g on a.t").triggers == {}


class TestPolicies:
    def test_defaults(self) -> None:
        policy = relation("create policy p on a.t using (b)").policies["p"]
        assert (policy.command, policy.permissive) == ("all", True)
        assert (policy.roles, policy.roles_written) == ((PUBLIC,), False)
        assert policy.check is None

    def test_everything_written(self) -> None:
        sql = "create policy p on a.t as restrictive for update to x, current_user using (b) with check (c)"
        policy = relation(sql).policies["p"]
        assert (policy.command, policy.permissive) == ("update", False)
        assert (policy.roles, policy.roles_written) == (("x", "current_user"), True)

    def test_to_public_is_written(self) -> None:
        assert relation("create policy p on a.t to public using (b)").policies["p"].roles_written

    def test_alter_rename_drop(self) -> None:
        sql = "create policy p on a.t using (b); alter policy p on a.t to x with check (c); "
        policy = relation(sql + "alter policy p on a.t rename to q").policies["q"]
        assert (policy.name, policy.roles, policy.check is not None) == ("q", ("x",), True)
        state = state_after(sql + "drop policy p on a.t")
        assert state.relations["a", "t"].policies == {}
        assert list(state.dropped_policies) == [(("a", "t"), "p")]


class TestFunctions:
    def test_properties(self) -> None:
        sql = """
            create function a.f(b integer, out c text, variadic d pg_catalog.text[]) returns setof a.x
            language plpgsql stable security definer set search_path = '' set statement_timeout = '1s' as $$body$$
        """
        found = function(sql)
        assert (found.signature, found.kind, found.language) == ("(int4, text[])", "function", "plpgsql")
        assert (found.definer, found.volatility, found.search_path) == (True, "stable", ("",))
        assert (found.returns, found.body, found.settings) == ("a.x", "body", {"statement_timeout": "1s"})
        assert found.body_start == sql.index("body")

    def test_body_with_escapes_stands_nowhere(self) -> None:
        assert function("create function a.f() returns int language sql as 'select ''a'''").body_start is None

    def test_alter(self) -> None:
        sql = "create function a.f(int) returns int language sql as 'select 1';"
        changed = function(sql + "alter function a.f(integer) security definer set search_path to pg_catalog, pg_temp")
        assert (changed.definer, changed.search_path) == (True, ("pg_catalog", "pg_temp"))
        reset = function(sql + "alter function a.f set search_path to x; alter function a.f(int) reset all")
        assert reset.search_path is None

    def test_replace_keeps_owner_and_grants_and_nothing_else(self) -> None:
        create = "create or replace function a.f(int) returns int language sql as 'select 1';"
        sql = create + "alter function a.f owner to x; alter function a.f security definer;"
        closed = "revoke all on function a.f from public; grant execute on function a.f(int) to y;"
        state = state_after(sql + closed + create)
        (found,) = state.functions_named(("a", "f"))
        assert (found.owner, found.definer) == ("x", False)
        assert (("a", "f"), "(int4)") in state.public_execute_revoked
        assert set(state.grants[F]) == {"y"}

    def test_dropped_and_created_again_is_open_again(self) -> None:
        create = "create function a.f(int) returns int language sql as 'select 1';"
        state = state_after(create + "revoke all on function a.f(int) from public; drop function a.f;" + create)
        assert state.public_execute_revoked == set()

    def test_default_closes_new_functions(self) -> None:
        create = "create function a.f(int) returns int language sql as 'select 1';"
        closed = state_after("alter default privileges revoke all on functions from public;" + create)
        assert closed.public_execute_revoked == {(("a", "f"), "(int4)")}
        useless = "alter default privileges in schema a revoke execute on functions from public;"
        assert state_after(useless + create).public_execute_revoked == set()

    def test_rename_move_and_triggers(self) -> None:
        state = state_after(
            "create function a.f() returns trigger language plpgsql as $$begin return new; end$$;"
            "create trigger g before insert on a.t execute function a.f(); revoke all on function a.f() from public;"
            "alter function a.f() rename to h; alter function a.h() set schema z;"
        )
        assert state.relations["a", "t"].triggers == {"g": ("z", "h")}
        assert state.public_execute_revoked == {(("z", "h"), "()")}

    def test_overloads(self) -> None:
        create = "create function a.f({}) returns int language sql as 'select 1';"
        state = state_after(create.format("int") + create.format("text") + "drop function a.f(text)")
        assert [one.signature for one in state.functions_named(("a", "f"))] == ["(int4)"]

    def test_procedures_and_aggregates(self) -> None:
        assert function("create procedure a.f() language sql as 'select 1'").kind == "procedure"
        assert function("create aggregate a.f(int) (sfunc = int4pl, stype = int)").kind == "aggregate"

    @pytest.mark.parametrize(
        ("body", "changes"),
        [
            ("insert into a.t values (1)", False),
            ("create temporary table x ()", False),
            ("create table a.x ()", True),
            ("revoke select on a.t from x", True),
            ("execute v_sql", True),
            ("do $x$ begin null; end $x$", True),
        ],
    )
    def test_whether_a_call_changes_structure(self, body: str, changes: bool) -> None:
        sql = f"create function a.f() returns void language plpgsql as $$ begin {body}; end $$"
        assert function(sql).changes_structure is changes


class TestPrivileges:
    def test_all_is_spelled_out_by_kind(self) -> None:
        assert "truncate" in held("grant all on a.t to x", T)["x"]
        assert held("grant all on sequence a.t to x", T) == {"x": {"usage", "select", "update"}}
        assert held("create sequence a.t; grant all on a.t to x", T) == {"x": {"usage", "select", "update"}}
        assert held("grant all (b) on a.t to x", Target("relation", ("a", "t"), "b")) == {
            "x": {"select", "insert", "update", "references"}
        }

    def test_revoke(self) -> None:
        assert held("grant select, update on a.t to x, public; revoke update on a.t from x", T) == {
            "x": {"select"},
            PUBLIC: {"select", "update"},
        }
        assert held("grant select on a.t to x with grant option; revoke grant option for select on a.t from x", T) == {
            "x": {"select"}
        }

    def test_revoke_of_a_table_takes_its_columns(self) -> None:
        sql = "grant select (b) on a.t to x; revoke select on a.t from x"
        assert state_after(sql).grants == {}
        assert state_after("create table a.t (b int);" + sql).grants == {}

    def test_revoke_of_a_column_leaves_the_table(self) -> None:
        assert held("grant select on a.t to x; revoke select (b) on a.t from x", T) == {"x": {"select"}}

    def test_all_in_schema_means_what_is_there(self) -> None:
        sql = "create table a.t (); create view a.v as select 1; create table b.t (); create sequence a.s;"
        state = state_after(sql + "grant select on all tables in schema a to x; create table a.late ()")
        assert {one.name for one in state.grants} == {("a", "t"), ("a", "v")}
        state = state_after(sql + "grant usage on all sequences in schema a to x")
        assert {one.name for one in state.grants} == {("a", "s")}
        create = "create function a.f(int) returns int language sql as 'select 1';"
        state = state_after(create + "revoke all on all functions in schema a from public")
        assert state.public_execute_revoked == {(("a", "f"), "(int4)")}

    def test_function_granted_to_public_again(self) -> None:
        sql = "revoke all on function a.f(int) from public; grant execute on function a.f(int) to public"
        assert state_after(sql).public_execute_revoked == set()

    def test_other_targets(self) -> None:
        sql = "grant usage on schema a to x; grant connect on database d to x; grant usage on type a.y to x"
        assert set(state_after(sql).grants) == {
            Target("schema", ("", "a")),
            Target("database", ("", "d")),
            Target("type", ("a", "y")),
        }

    def test_defaults_reach_what_is_created_from_then_on(self) -> None:
        sql = """
            create table a.before ();
            alter default privileges in schema a grant select, update on tables to x;
            alter default privileges for role other grant all on tables to x;
            alter default privileges grant all on functions to x;
            create table a.t (); create table b.t ();
            create function a.f(int) returns int language sql as 'select 1';
        """
        state = state_after(sql)
        assert set(state.grants) == {T, F}
        assert set(state.grants[T]["x"]) == {"select", "update"}

    def test_defaults_of_a_role_reach_what_it_creates(self) -> None:
        sql = "alter default privileges for role o grant select on tables to x; set role o; create table a.t ();"
        assert held(sql, T) == {"x": {"select"}}

    def test_defaults_revoked(self) -> None:
        sql = "alter default privileges grant all on tables to x; alter default privileges revoke {} on tables from x;"
        assert state_after(sql.format("all")).default_privileges == []
        (left,) = state_after(sql.format("select")).default_privileges
        assert "select" not in left.privileges
        assert "insert" in left.privileges


class TestRoles:
    def test_attributes(self) -> None:
        state = state_after("create user u bypassrls; create role r superuser; alter role r nosuperuser login")
        assert (state.roles["u"].login, state.roles["u"].bypass_rls) == (True, True)
        assert (state.roles["r"].superuser, state.roles["r"].login) == (False, True)

    def test_membership(self) -> None:
        sql = "create role a in role b role c; grant d to a with admin option; alter group b add user e;"
        state = state_after(sql)
        assert state.reachable_roles("c") == {"c", "a", "b", "d"}
        assert "b" in state.roles["e"].member_of
        undone = state_after(sql + "revoke d from a; revoke admin option for b from a; drop role b")
        assert undone.reachable_roles("c") == {"c", "a"}

    def test_renamed_everywhere(self) -> None:
        state = state_after(
            "create role r; create table a.t (); alter table a.t owner to r; grant select on a.t to r;"
            "create policy p on a.t to r using (true); alter role r rename to s"
        )
        table = state.relations["a", "t"]
        assert (table.owner, table.policies["p"].roles, set(state.grants[T])) == ("s", ("s",), {"s"})

    def test_drop_owned_and_reassign(self) -> None:
        sql = "create table a.t (); alter table a.t owner to r; create table a.u (); grant select on a.u to r;"
        state = state_after(sql + "drop owned by r")
        assert set(state.relations) == {("a", "u")}
        assert state.grants == {}
        assert state_after(sql + "reassign owned by r to s").relations["a", "t"].owner == "s"


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
