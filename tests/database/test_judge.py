"""The judge sees what it is there to see, and nothing else."""

from __future__ import annotations

from typing import Any

import judge
import pytest

pytestmark = pytest.mark.one_backend

# Each of these changes who may do what, or what is computed; a judge that misses one is of no use.
CHANGES = [
    "grant select on public.depots to anon",
    "grant update (nom) on public.depots to authenticated",
    "grant usage on schema public to anon",
    "revoke all on function app.user_role() from authenticated",
    "alter default privileges for role depot_owner in schema public grant select on tables to anon",
    "alter table public.depots disable row level security",
    "alter table public.depots force row level security",
    "create policy open on public.depots for select to anon using (true)",
    "alter view public.logs reset (security_invoker)",
    "alter table public.depots owner to postgres",
    "comment on table public.depots is 'another'",
    "alter table public.depots add column extra text",
    "alter table public.depots alter column nom drop not null",
    "create index extra on public.depots (nom)",
    "alter table public.depots disable trigger all",
    "create or replace function app.extra() returns int language sql as $$\n-- a comment\nselect 1 $$",
    "create sequence public.extra",
    "create table rempart.alembic_versions (id int)",
    "do $$ begin execute format('alter database %I set search_path = evil', current_database()); end $$",
    "do $$ begin execute format('grant temporary on database %I to anon', current_database()); end $$",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(server: Any, depot_database: Any, change: str) -> None:
    before = judge.schema_dump(server, depot_database.name)
    with depot_database.connect() as connection:
        connection.execute(change)
    assert judge.difference(before, judge.schema_dump(server, depot_database.name))


def test_a_comment_in_a_body_is_seen(server: Any, depot_database: Any) -> None:
    dumps = []
    for body in ("-- one\n\nselect 1", "-- two\n\nselect 1", "-- one\nselect 1"):
        with depot_database.connect() as connection:
            connection.execute(f"create or replace function app.extra() returns int language sql as $$\n{body}\n$$")
        dumps.append(judge.schema_dump(server, depot_database.name))
    assert judge.difference(dumps[0], dumps[1])
    assert judge.difference(dumps[0], dumps[2])


def test_the_order_of_columns_is_seen(server: Any, depot_database: Any) -> None:
    dumps = []
    for columns in ("a int, b int", "b int, a int"):
        with depot_database.connect() as connection:
            connection.execute(f"drop table if exists public.extra; create table public.extra ({columns})")
        dumps.append(judge.schema_dump(server, depot_database.name))
    assert judge.difference(*dumps)


@pytest.mark.parametrize(
    "change",
    [
        "delete from rempart.alembic_version; grant select on rempart.alembic_version to anon",
        "insert into public.depots (nom) values ('a row')",
    ],
)
def test_what_is_left_out_makes_no_difference(server: Any, depot_database: Any, change: str) -> None:
    before = judge.schema_dump(server, depot_database.name)
    with depot_database.connect() as connection:
        connection.execute(change)
    after = judge.schema_dump(server, depot_database.name)
    assert not judge.difference(before, after)
    assert before == after


def test_the_order_of_grants_makes_no_difference(server: Any, depot_database: Any) -> None:
    dumps = []
    for roles in (("anon", "authenticated"), ("authenticated", "anon")):
        with depot_database.connect() as connection:
            connection.execute("drop table if exists public.extra; create table public.extra ()")
            for role in roles:
                connection.execute(f"grant select on public.extra to {role}")
        dumps.append(judge.schema_dump(server, depot_database.name))
    assert not judge.difference(*dumps)
