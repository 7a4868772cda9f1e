"""The state that statements lead to: privileges and roles."""

from __future__ import annotations

from lint_states import held, state_after

from rempart.lint.state import PUBLIC, Target

T = Target("relation", ("a", "t"))
F = Target("function", ("a", "f"), "(int4)")


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
