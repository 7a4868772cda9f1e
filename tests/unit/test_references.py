"""What a statement creates and what it needs."""

from __future__ import annotations

import pytest

from rempart.sqltext.definitions import definitions
from rempart.sqltext.references import references
from rempart.sqltext.statements import split


def created(sql: str) -> set[str]:
    return {str(name) for statement in split(sql) for name in definitions(statement.node)}


def needed(sql: str) -> set[str]:
    """The needed objects, without built-in types and functions (those are never qualified)."""
    names = {name for statement in split(sql) for name in references(statement.node)}
    return {str(name) for name in names if name.schema or name.kind == "schema"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create schema app", {"schema app"}),
        ("create schema app create table t (id int)", {"schema app", "relation app.t"}),
        ("create table public.t (id int)", {"relation public.t"}),
        ("create table t (id int)", {"relation public.t"}),
        (
            "create table a.t (id int primary key generated always as identity, n serial, constraint u unique (n))",
            {
                "relation a.t",
                "relation a.t_pkey",
                "relation a.t_id_seq",
                "relation a.t_n_seq",
                "relation a.u",
            },
        ),
        ("create foreign table a.f (id int) server s", {"relation a.f"}),
        ("create foreign data wrapper w", {"foreign-data wrapper w"}),
        ("create server s foreign data wrapper w", {"foreign server s"}),
        ("create or replace view a.v as select 1", {"relation a.v"}),
        ("create materialized view a.m as select 1", {"relation a.m"}),
        ("create table a.c as select 1", {"relation a.c"}),
        ("create sequence a.s", {"relation a.s"}),
        ("create index i on a.t (id)", {"relation a.i"}),
        ("create index on a.t (id)", set()),
        ("alter table a.t add constraint k primary key (id)", {"relation a.k"}),
        ("create type a.e as enum ('x')", {"type a.e"}),
        ("create type a.c as (x int)", {"relation a.c"}),
        ("create type a.r as range (subtype = int)", {"type a.r"}),
        ("create domain a.d as text", {"type a.d"}),
        (
            "create function a.f(integer, out x int, variadic y pg_catalog.text[]) language sql as ''",
            {"function a.f(int4, text[])"},
        ),
        ("create procedure a.p(x public.t) language sql as ''", {"function a.p(public.t)"}),
        ("create aggregate a.g(int) (sfunc = a.f, stype = int)", {"function a.g(int4)"}),
        ("create operator a.=== (function = b.f, leftarg = text, rightarg = c.t)", {"operator a.===(text, c.t)"}),
        ("create operator a.!! (function = b.f, rightarg = int)", {"operator a.!!(none, int4)"}),
        ("create text search configuration a.c (copy = b.d)", {"text search configuration a.c"}),
        ("create text search dictionary d (template = simple)", {"text search dictionary public.d"}),
        ("create trigger x before insert on a.t execute function a.f()", {"trigger x on a.t"}),
        ("create policy p on a.t", {"policy p on a.t"}),
        ("grant select on a.t to x", set()),
    ],
)
def test_what_a_statement_creates(sql: str, expected: set[str]) -> None:
    assert created(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create table a.t (id int)", {"schema a"}),
        (
            "create table a.t (x a.e[], y uuid references b.u (id), z int default a.f(), check (a.ok(z)))",
            {"schema a", "type a.e", "relation b.u", "function a.f", "function a.ok"},
        ),
        ("create table a.t (id int default nextval('a.s'))", {"schema a", "relation a.s"}),
        ("create table a.t (id regclass default 'a.\"S s\"'::regclass)", {"schema a", "relation a.S s"}),
        ("create table a.t (id int, p int references a.t (id))", {"schema a"}),
        ("create table a.t (like a.u)", {"schema a", "relation a.u"}),
        ("create table a.t (id int) inherits (b.u)", {"schema a", "relation b.u"}),
        ("create table a.t partition of b.u default", {"schema a", "relation b.u"}),
        (
            "create view a.v as with q as (select * from b.t) select q.*, b.f(1)::c.d from q, lateral b.g() "
            "where exists (select from auth.users)",
            {"schema a", "relation b.t", "function b.f", "type c.d", "function b.g", "relation auth.users"},
        ),
        ("create view a.v as with a as (select 1) select * from a", {"schema a"}),
        (
            "create function a.f(public.t, a.e default a.d()) returns setof b.r language sql as ''",
            {"schema a", "type public.t", "type a.e", "function a.d", "type b.r"},
        ),
        ("create function a.f() returns b.t.c%type language sql as ''", {"schema a", "relation b.t"}),
        (
            "create function a.f() returns table (x a.e) begin atomic select * from b.t; end",
            {"schema a", "type a.e", "relation b.t"},
        ),
        (
            "create policy p on a.t using ((select b.f()) and exists (select from c.u)) with check (b.g())",
            {"schema a", "relation a.t", "function b.f", "relation c.u", "function b.g"},
        ),
        (
            "create trigger x after delete on a.t for each row when (b.w(new.id)) execute function b.f()",
            {"schema a", "relation a.t", "function b.w", "function b.f"},
        ),
        (
            "create index i on a.t (b.f(x)) where b.g(y)",
            {"schema a", "relation a.t", "function b.f", "function b.g"},
        ),
        ("create sequence a.s owned by b.t.id", {"schema a", "relation b.t"}),
        ("create domain a.d as text check (b.f(value))", {"schema a", "function b.f"}),
        ("create aggregate a.g(int) (sfunc = b.f, stype = c.t)", {"schema a", "object b.f", "object c.t"}),
        ("create view a.v as select 1 operator(b.+@) 2, 1 operator(pg_catalog.+) 2", {"schema a", "operator b.+@"}),
        (
            "alter text search configuration a.c alter mapping for word with b.d, pg_catalog.simple",
            {"text search configuration a.c", "text search dictionary b.d"},
        ),
        ("comment on text search dictionary a.d is ''", {"text search dictionary a.d"}),
        (
            "select to_tsvector('a.c', x), to_tsvector('a.d'), 'a.e'::regconfig, ts_lexize('a.f', x)",
            {"text search configuration a.c", "text search configuration a.e", "text search dictionary a.f"},
        ),
        ("grant select on a.t, b.v to x", {"relation a.t", "relation b.v"}),
        ("grant usage on schema a, b to x", {"schema a", "schema b"}),
        ("revoke all on function a.f(b.t) from public", {"function a.f", "type b.t"}),
        ("grant usage on type a.e to x", {"type a.e"}),
        ("grant select on all tables in schema a to x", {"schema a", "relation a.*"}),
        ("revoke all on all functions in schema a from public", {"schema a", "function a.*"}),
        ("alter default privileges in schema a revoke all on tables from x", {"schema a"}),
        ("alter table a.t enable row level security", {"relation a.t"}),
        ("alter table a.t add foreign key (x) references b.u (id)", {"relation a.t", "relation b.u"}),
        ("alter function a.f(int) owner to x", {"function a.f"}),
        ("alter schema a owner to x", {"schema a"}),
        ("comment on table a.t is ''", {"relation a.t"}),
        ("comment on column a.t.c is ''", {"relation a.t"}),
        ("comment on constraint k on a.t is ''", {"relation a.t"}),
        ("comment on function a.f(int) is ''", {"function a.f"}),
        ("comment on policy p on a.t is ''", {"relation a.t", "policy p on a.t"}),
        ("comment on trigger x on a.t is ''", {"relation a.t", "trigger x on a.t"}),
        (
            "alter table a.t disable trigger x, enable always trigger y",
            {"relation a.t", "trigger x on a.t", "trigger y on a.t"},
        ),
        ("alter table a.t disable trigger all", {"relation a.t"}),
        ("comment on schema a is ''", {"schema a"}),
        ("comment on type a.e is ''", {"type a.e"}),
        ("select pg_catalog.now(), information_schema._pg_truetypid(null, null)", set()),
        ("do $$ begin perform a.f(); end $$", set()),
    ],
)
def test_what_a_statement_needs(sql: str, expected: set[str]) -> None:
    assert needed(sql) == expected


def test_unqualified_names_are_kept_apart() -> None:
    (statement,) = split("create view a.v as select lower(x) from t")
    names = {(str(name.kind), name.schema, name.name) for name in references(statement.node)}
    assert names == {("relation", "", "t"), ("function", "", "lower"), ("schema", "", "a")}
