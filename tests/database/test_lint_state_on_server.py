"""The state that the linter keeps is the state a server has after the same statements."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from servers import Database

from rempart.lint.engine import Unit, lint
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Direction
from rempart.report.finding import Severity
from rempart.sqltext.positioned import PositionedText

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

TABLE = "create schema a; create table a.t (b int, c text); "
VIEW = "create schema a; create view a.v with (security_invoker = true) as select 1 as b; "
FUNCTION = "create schema a; create function a.f(p int) returns int language sql set search_path = '' as 'select 1'; "
SCRIPTS = {
    "view replaced without its options": VIEW + "create or replace view a.v as select 2 as b",
    "view replaced with other options": VIEW
    + "create or replace view a.v with (security_barrier) as select 2 as b; alter view a.v set (security_invoker = on)",
    "view keeps its grants when replaced": VIEW
    + "grant select on a.v to anon; create or replace view a.v with (security_invoker) as select 2 as b",
    "view options reset": VIEW + "alter view a.v reset (security_invoker)",
    "materialized view and sequence": "create schema a; create materialized view a.m as select 1 as b;"
    "create sequence a.s; grant all on a.s to anon; grant select on all tables in schema a to authenticated",
    "row security": TABLE + "alter table a.t enable row level security; alter table a.t force row level security",
    "row security off again": TABLE + "alter table a.t enable row level security, disable row level security",
    "policies": TABLE + "create policy p on a.t using (true); create policy q on a.t as restrictive for update "
    "to anon, authenticated using (b = 1) with check (b = 2); alter policy p on a.t rename to r; "
    "alter policy r on a.t to anon; create policy s on a.t; drop policy s on a.t",
    "policies follow their table": TABLE + "create policy p on a.t using (true); create schema z;"
    "alter table a.t rename to u; alter table a.u set schema z",
    "grants of a table and its columns": TABLE
    + "grant select (b), update on a.t to anon; grant all on a.t to authenticated;"
    "revoke insert on a.t from authenticated",
    "revoke of a table takes its columns": TABLE
    + "grant select (b), update (c) on a.t to anon; revoke select on a.t from anon",
    "revoke of a column leaves the table": TABLE + "grant select on a.t to anon; revoke select (b) on a.t from anon",
    "grants follow a renamed column": TABLE + "grant select (b) on a.t to anon; alter table a.t rename column b to d",
    "revoke from a role leaves public": TABLE + "grant select on a.t to public, anon; revoke all on a.t from anon",
    "grant option revoked": TABLE
    + "grant select on a.t to anon with grant option; revoke grant option for select on a.t from anon",
    "drop and create again": TABLE + "grant select on a.t to anon; drop table a.t; create table a.t (d int)",
    "function is open": FUNCTION,
    "function closed": FUNCTION + "revoke all on function a.f(int) from public; grant execute on function a.f to anon",
    "function replaced": FUNCTION
    + "revoke all on function a.f(int) from public; alter function a.f(int) security definer;"
    "create or replace function a.f(p int) returns int language sql as 'select 2'",
    "function dropped and created": FUNCTION + "revoke all on function a.f(int) from public; drop function a.f(int);"
    "create function a.f(p int) returns int language sql security definer as 'select 2'",
    "function altered": FUNCTION
    + "alter function a.f(int) reset search_path; alter function a.f(int) set search_path to a, pg_temp",
    "functions by default closed": "alter default privileges revoke all on functions from public; " + FUNCTION,
    "functions in a schema not closed": "create schema z; alter default privileges in schema z "
    "revoke execute on functions from public; create function z.f() returns int language sql as 'select 1'",
    "defaults": "create schema a; create table a.early (); alter default privileges in schema a "
    "grant select on tables to anon; alter default privileges grant insert on tables to anon;"
    "alter default privileges in schema a grant usage on sequences to anon; create table a.t (b serial);"
    "create view a.v as select 1 as b; alter default privileges in schema a revoke select on tables from anon;"
    "create table a.u ()",
    "procedure in all functions": "create schema a; create procedure a.p() language sql as 'select 1';"
    + FUNCTION[17:]
    + "revoke execute on all functions in schema a from public",
    "procedure in all routines": "create schema a; create procedure a.p() language sql as 'select 1';"
    + FUNCTION[17:]
    + "revoke execute on all routines in schema a from public",
    "search path": "create schema a; create schema z; set search_path = z, a; create table t (); create table a.u ();"
    "alter table u enable row level security; grant select on t to anon; set search_path to default; ",
    "local search path": "create schema a; begin; set local search_path = a; create table t (); commit;",
    "rolled back": TABLE
    + "begin; grant select on a.t to anon; savepoint s; create table a.u (); rollback to s; commit;"
    "begin; grant update on a.t to anon; rollback",
    "elements of a schema": "create schema a create table t (b int) create view v as select 1 as b "
    "grant select on t to anon",
    "block": TABLE
    + "do $$ begin if true then grant select on a.t to anon; end if; execute 'grant update on a.t to anon';"
    "foreach x in array array['insert', 'delete'] loop execute format('grant %s on a.t to anon', x); end loop;"
    "end $$".replace("begin if", "declare x text; begin if", 1),
    "drop owned": TABLE + "grant select on a.t to anon; grant select on a.t to authenticated; drop owned by anon",
    "partitions": "create schema a; create table a.p (b int) partition by list (b);"
    "create table a.q partition of a.p for values in (1); alter table a.p enable row level security",
    "temporary": "create schema a; create temporary table t (b int)",
}

RELATIONS = """
    select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity, coalesce(c.reloptions, '{}')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('a', 'z') and c.relkind in ('r', 'v', 'm', 'S', 'p', 'f')
"""
POLICIES = """
    select schemaname, tablename, policyname, lower(cmd), permissive = 'PERMISSIVE', roles::text[],
        qual is not null, with_check is not null
    from pg_catalog.pg_policies where schemaname in ('a', 'z')
"""
GRANTS = """
    select n.nspname, o.name, o.column_name, case when x.grantee = 0 then 'public' else x.grantee::regrole::text end,
        lower(x.privilege_type)
    from (
        select c.relnamespace as space, c.relname as name, '' as column_name, c.relacl as acl, c.relowner as owner
        from pg_catalog.pg_class c where c.relkind in ('r', 'v', 'm', 'S', 'p', 'f')
        union all
        select c.relnamespace, c.relname, a.attname, a.attacl, c.relowner
        from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
        union all
        select p.pronamespace, p.proname, '()', p.proacl, p.proowner from pg_catalog.pg_proc p
    ) o
    join pg_catalog.pg_namespace n on n.oid = o.space
    cross join lateral pg_catalog.aclexplode(o.acl) x
    where n.nspname in ('a', 'z') and x.grantee <> o.owner and lower(x.privilege_type) <> 'maintain'
        and not (o.column_name = '()' and x.grantee = 0)
"""
FUNCTIONS = """
    select n.nspname, p.proname, p.prosecdef, coalesce(p.proconfig, '{}'), exists (
        select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x
        where x.grantee = 0)
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('a', 'z')
"""


class Witness(Rule):
    """Keeps the state that a run ends with."""

    name = "witness"
    severity = Severity.INFO
    seen: State

    def at_end(self, state: State, settings: Settings) -> Any:
        Witness.seen = state
        return iter(list[Problem]())


def followed(sql: str) -> State:
    text = PositionedText.whole_file("f.sql", sql)
    report = lint([Unit("f.sql", Direction.FILE, [text])], [Witness()], Settings())
    assert report.findings == []
    return Witness.seen


def known_relations(state: State) -> set[Any]:
    return {
        (*name, one.row_security, one.forced, frozenset(f"{key}={value}" for key, value in one.options.items()))
        for name, one in state.relations.items()
        if name[0] in ("a", "z")
    }


def known_policies(state: State) -> set[Any]:
    return {
        (
            *(*policy.table, policy.name, policy.command, policy.permissive, frozenset(policy.roles)),
            *(policy.using is not None, policy.check is not None),
        )
        for one in state.relations.values()
        for policy in one.policies.values()
    }


def known_grants(state: State) -> set[Any]:
    return {
        (*target.name, "()" if target.kind == "function" else target.detail, grantee, privilege)
        for target, grantees in state.grants.items()
        for grantee, privileges in grantees.items()
        for privilege in privileges
        if privilege != "maintain" and target.name[0] and not (target.kind == "function" and grantee == "public")
    }


def known_functions(state: State) -> set[Any]:
    found = set()
    for (name, signature), one in state.functions.items():
        path = ", ".join(schema or '""' for schema in one.search_path or ())
        settings = frozenset({f"search_path={path}"}) if one.search_path is not None else frozenset()
        found.add((*name, one.definer, settings, (name, signature) not in state.public_execute_revoked))
    return found


def real(connection: psycopg.Connection[Any], query: str) -> set[Any]:
    rows = connection.execute(query.encode()).fetchall()
    return {tuple(frozenset(value) if isinstance(value, list) else value for value in row) for row in rows}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_state_is_that_of_a_server(platform_database: Database, script: str) -> None:
    state = followed(script)
    with platform_database.connect() as connection:
        connection.execute(script.encode())
        assert known_relations(state) == real(connection, RELATIONS)
        assert known_policies(state) == real(connection, POLICIES)
        assert known_functions(state) == real(connection, FUNCTIONS)
        assert known_grants(state) == real(connection, GRANTS)
