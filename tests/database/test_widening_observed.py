"""Wider access between two states of a real database: each change of the schema, and what the comparison says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from access_oracle import PERSONAS
from servers import Database
from test_access_oracle import map_of

from rempart.access.model import AccessMap
from rempart.access.widening import AccessChange, changes
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config

pytestmark = pytest.mark.one_backend

SESSIONS = PERSONAS.partition("rows =")[0] + 'rows = { "public.mine" = "maker", "public.loud" = "maker" }\n'
BASE = """
create schema app;
create table app.secret (word text);
grant select on app.secret to authenticated;
create table public.note (
    id uuid primary key default gen_random_uuid(), maker uuid, state text not null check (state in ('a', 'b', 'c')),
    body text);
alter table public.note enable row level security;
grant select, insert, update, delete on public.note to authenticated;
revoke all on public.note from anon;
create function app.may(maker uuid) returns boolean language sql stable security definer set search_path = ''
    as $$ select maker = auth.uid() $$;
grant execute on function app.may(uuid) to authenticated;
create policy r on public.note for select to authenticated using (app.may(maker));
create policy w on public.note for update to authenticated using (maker = (select auth.uid()) and state = 'a');
create view public.mine with (security_invoker = true) as select id, maker, state from public.note where state = 'a';
create view public.loud as select id, maker, state from public.note where state = 'a';
create function public.peek() returns bigint language sql security definer set search_path = ''
    as $$ select count(*) from public.note where state = 'a' $$;
create function public.own() returns bigint language sql set search_path = ''
    as $$ select count(*) from public.note where state = 'a' $$;
"""


class Stand:
    """A database in two states."""

    def __init__(self, database: Database, config: Config, folder: Path) -> None:
        self.database, self.config, self.folder = database, config, folder

    def run(self, statements: str) -> None:
        with self.database.connect(self.database.owner) as owner:
            owner.execute(statements)

    def state(self) -> tuple[AccessMap, Catalog]:
        found = map_of(self.database, self.config, SESSIONS, self.folder)
        with self.database.connect() as connection:
            return found, read(connection)

    def after(self, statements: str, *, catalogs: bool = True) -> dict[tuple[str, str, str], AccessChange]:
        """What changes by some statements, by subject, command and persona."""
        before, first = self.state()
        self.run(statements)
        then, second = self.state()
        both = (first, second) if catalogs else None
        return {(one.subject, one.command, one.persona): one for one in changes(before, then, both)}


@pytest.fixture
def stand(platform_database: Database, config: Config, tmp_path: Path) -> Stand:
    made = Stand(platform_database, config, tmp_path)
    made.run(BASE)
    return made


def wider(found: dict[tuple[str, str, str], AccessChange]) -> dict[str, bool | None]:
    """Per subject and command: what is said for ada."""
    return {f"{s} {c}": one.wider for (s, c, persona), one in found.items() if persona == "ada"}


def test_two_observations_of_one_state_are_the_same(stand: Stand) -> None:
    assert stand.after("select 1") == {}
    assert stand.after("comment on table public.note is 'x'") == {}


def test_a_narrower_policy(stand: Stand) -> None:
    found = stand.after(
        "alter policy w on public.note using (maker = (select auth.uid()) and state = 'a' and body = 'x')"
    )
    assert True not in wider(found).values() and None not in wider(found).values()


def test_a_dropped_condition(stand: Stand) -> None:
    found = wider(stand.after("alter policy w on public.note using (maker = (select auth.uid()))"))
    assert found["public.note update"] is True


def test_another_state_is_let_through(stand: Stand) -> None:
    policy = "alter policy w on public.note using (maker = (select auth.uid()) and state in ('a', 'b'))"
    assert wider(stand.after(policy))["public.note update"] is True


def test_row_security_off(stand: Stand) -> None:
    found = wider(stand.after("alter table public.note disable row level security"))
    assert found["public.note select"] is True and found["public.note delete"] is True


def test_a_function_behind_a_condition_is_opened_and_the_text_stays(stand: Stand) -> None:
    opened = """create or replace function app.may(maker uuid) returns boolean language sql stable security definer
        set search_path = '' as $$ select maker = auth.uid() or extract(dow from now()) > 8 $$"""
    found = stand.after(opened)
    change = found["public.note", "select", "ada"]
    assert change.wider is None and "function app.may(uuid)" in change.reason


def test_without_catalogs_that_is_not_seen_where_the_texts_are_equal(stand: Stand) -> None:
    opened = """create or replace function app.may(maker uuid) returns boolean language sql stable security definer
        set search_path = '' as $$ select maker = auth.uid() or (maker is null and false) $$"""
    assert stand.after(opened, catalogs=False) == {}


def test_whose_a_row_is_may_be_said_in_another_way(stand: Stand) -> None:
    stand.run(
        "create function app.me() returns uuid language sql stable as $$ select auth.uid() $$;"
        "grant execute on function app.me() to authenticated; grant usage on schema app to authenticated"
    )
    found = stand.after("alter policy w on public.note using (maker = (select app.me()) and state = 'a')")
    change = found["public.note", "update", "ada"]
    assert change.wider is None and "in another way" in change.reason


def test_a_new_table_and_a_new_function(stand: Stand) -> None:
    found = wider(stand.after("create table public.extra (a int); create function public.g() returns int"
                              " language sql as $$ select 1 $$"))  # fmt: skip
    assert found["public.extra select"] is not False and found["public.g() execute"] is True
    closed = (
        "create table public.closed (a int); revoke all on public.closed from public, anon, authenticated, service_role"
    )
    assert stand.after(closed) == {}


def test_a_new_column(stand: Stand) -> None:
    found = stand.after("alter table public.note add column extra text")
    change = found["public.note", "select", "ada"]
    assert (change.wider, change.columns) == (True, ("extra",))
    assert stand.after("alter table public.note drop column extra") == {}


def test_a_view_of_its_owner_that_shows_more_rows(stand: Stand) -> None:
    found = stand.after("create or replace view public.loud as select id, maker, state from public.note")
    change = found["public.loud", "select", "ada"]
    assert (change.before, change.after, change.wider) == ("all rows", "all rows", None)


def test_a_view_of_its_caller_shows_what_the_table_shows(stand: Stand) -> None:
    more = (
        "create or replace view public.mine with (security_invoker = true) as select id, maker, state from public.note"
    )
    assert set(wider(stand.after(more)).values()) <= {False}
    change = stand.after(more + " union all select null, null, word from app.secret")["public.mine", "select", "ada"]
    assert (change.wider, change.reason) == (None, "it may show other rows, for this changed: view public.mine")


def test_a_view_behind_a_view_that_the_map_does_not_show(stand: Stand) -> None:
    inner = (
        "create or replace view app.inner with (security_invoker = true) as select id, maker, state from public.note"
    )
    stand.run(inner + "; grant select on app.inner to authenticated; create view public.outer with (security_invoker ="
              " true) as select * from app.inner")  # fmt: skip
    change = stand.after(inner + " union all select null, null, word from app.secret")["public.outer", "select", "ada"]
    assert change.wider is None and "view app.inner" in change.reason


def test_a_view_that_stops_asking_as_its_caller(stand: Stand) -> None:
    found = wider(stand.after("alter view public.mine reset (security_invoker)"))
    assert found["public.mine select"] in (None, True)


def test_a_function_of_its_owner_is_not_told_one_of_its_caller_is(stand: Stand) -> None:
    body = "returns bigint language sql {} set search_path = '' as $$ select count(*) from public.note $$"
    found = wider(stand.after(f"create or replace function public.peek() {body.format('security definer')};"
                              f"create or replace function public.own() {body.format('')}"))  # fmt: skip
    assert found == {"public.peek() execute": None}


def test_a_trigger_that_refused_is_gone(stand: Stand) -> None:
    stand.run("""create function app.no() returns trigger language plpgsql as $$
            begin raise exception 'no' using errcode = '23001'; end $$;
        create trigger t before delete on public.note for each row when (old.state = 'b') execute function app.no();
        create policy d on public.note for delete to authenticated using (state in ('a', 'b'))""")
    found = stand.after("drop trigger t on public.note")
    change = found["public.note", "delete", "service" if ("public.note", "delete", "service") in found else "ada"]
    assert change.wider is True and "refused by a trigger" in change.before
