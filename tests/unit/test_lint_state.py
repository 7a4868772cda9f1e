"""The state that statements lead to: relations, policies and functions."""

from __future__ import annotations

import pytest
from lint_states import function, held, relation, state_after

from rempart.lint.state import PUBLIC, Target

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
