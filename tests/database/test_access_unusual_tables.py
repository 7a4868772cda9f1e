"""Tables that make an attempt harder than usual: identities, rules, arrays, keys of sequences, slips of the pen."""

from __future__ import annotations

from pathlib import Path

import pytest
from gateway import named
from servers import Database
from test_access_witnesses import OPEN, SESSIONS, cells, observed

from rempart.config import Config

pytestmark = pytest.mark.one_backend


def test_what_is_not_held_is_denied_whatever_the_columns(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.numbered (id int generated always as identity primary key, body text);
        create table public.computed (double int generated always as (2) stored);
        create table public.impossible (code text check (length(code) = 900 and code ~ '^[^ -~]+$') not null);
        create table public.counter (id int generated always as identity primary key);
        revoke all on public.numbered, public.computed, public.impossible, public.counter from anon, authenticated;
        grant update on public.counter to authenticated;
        grant insert on public.counter to authenticated;
        """,
    )  # fmt: skip
    for table in ("numbered", "computed", "impossible"):
        assert set(cells(found, table).values()) == {"denied"}, table
    # Held, though the only column takes nothing but its default.
    assert cells(found, "counter") | {"select": ""} == {
        "select": "", "insert": "all rows", "update": "all rows", "delete": "denied", "truncate": "denied"
    }  # fmt: skip


def test_without_a_row_nothing_is_said_of_conditions(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.impossible (
            owner uuid, code text check (length(code) = 900 and code ~ '^[^ -~]+$') not null
        );
        create policy own on public.impossible to authenticated using (owner = auth.uid());
        """ + OPEN.format("public.impossible"),
    )  # fmt: skip
    (note,) = found.not_observed["public.impossible"]
    assert note.startswith("no row can be made: no value was found for code")
    assert cells(found, "impossible")["insert"] == "not observed: the table has no witness row"


def test_a_table_with_a_rule_gets_rows(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.stock (id int primary key, owner uuid, label text unique);
        create table public.journal (what text);
        create rule noted as on update to public.stock do also insert into public.journal values (new.label);
        create policy own on public.stock to authenticated using (owner = auth.uid());
        """ + OPEN.format("public.stock"),
    )  # fmt: skip
    assert cells(found, "stock")["select"] == "own owner"
    assert found.not_observed.get("public.stock") is None


def test_a_session_is_looked_for_in_arrays(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.notes (id int primary key, readers uuid[] not null, tags text[], body text);
        create policy shared on public.notes to authenticated
            using ((select auth.uid()) = any (readers) or 'a "public" one' = any (tags) or tags @> '{x,y}');
        """ + OPEN.format("public.notes"),
    )  # fmt: skip
    assert found.not_observed == {}
    text = cells(found, "notes")["select"]
    assert "ANY(readers)" in text and "ANY(tags)" in text and "tags @>" in text
    assert cells(found, "notes", "anon")["select"] == "denied"


def test_the_key_of_a_profile_taken_for_its_user(platform_database: Database, config: Config, tmp_path: Path) -> None:
    """A policy that compares profils.id with the session is wrong, and lets through whoever has such a key."""
    personas = (
        SESSIONS
        + f"""
[persona.rows]
"public.profils" = {{ user_id = "{named("ada")}", role = "lecture" }}
"""
    )
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.profils (id uuid primary key, user_id uuid, role text not null);
        create policy own on public.profils for select to authenticated using (user_id = auth.uid());
        create policy slip on public.profils for update to authenticated using (id = auth.uid());
        """ + OPEN.format("public.profils"),
        personas,
    )  # fmt: skip
    assert cells(found, "profils")["select"] == "own user_id"
    assert cells(found, "profils")["update"] == "own id"
    assert found.not_observed == {}


def test_what_no_stored_row_makes_true_is_told(platform_database: Database, config: Config, tmp_path: Path) -> None:
    """Another row with Ada for a boss would be another row of hers, for all that is known."""
    personas = (
        SESSIONS
        + f"""
[persona.rows]
"public.profils" = {{ user_id = "{named("ada")}", boss = "{named("bob")}" }}
"""
    )
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.profils (id uuid primary key, user_id uuid, boss uuid);
        create policy theirs on public.profils to authenticated using (boss = auth.uid());
        """ + OPEN.format("public.profils"),
        personas,
    )  # fmt: skip
    assert cells(found, "profils")["update"] == "no rows"
    (note,) = found.not_observed["public.profils"]
    assert note == "boss = auth.uid() is true of no witness row that could be stored: INSERT alone tried it"


FUNCTIONS = """
create table public.orders (id int generated by default as identity primary key, state text not null);
create table public.log (id int generated by default as identity primary key, what text);
alter table public.orders enable row level security;
alter table public.log enable row level security;
create function public.finish(the_one int) returns void language plpgsql security definer set search_path = '' as $$
begin
    update public.orders o set state = 'done' where o.id = the_one;
    insert into public.log (what) values ('done');
end $$;
create function public.drop_order(x int) returns void language sql security definer set search_path = '' as $$
    delete from public.orders where x = orders.id
$$;
create function public.only_where_it_fits(x int) returns int language plpgsql set search_path = '' as $$
begin
    if x is not null then raise exception 'not %', x using errcode = '22023'; end if;
    return 1;
end $$;
create function public.harmless(x int) returns int language sql set search_path = '' as 'select x';
"""


def test_functions_are_called_with_keys_that_their_text_compares(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(platform_database, config, tmp_path, FUNCTIONS)
    said = {name: by["ada"]["execute"].text for name, by in found.functions.items()}
    assert said == {
        # Its own insert gets a key that no witness row has.
        "public.finish(integer)": "runs, writes public.log, public.orders",
        "public.drop_order(integer)": "runs, writes public.orders",
        "public.only_where_it_fits(integer)": "runs, writes nothing; fails (22023)",
        "public.harmless(integer)": "runs, writes nothing",
    }


def test_sequences_are_tried_and_stay_where_they_are(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        "create sequence public.slips start 500; grant update on sequence public.slips to authenticated;"
        " revoke all on sequence public.slips from anon",
    )  # fmt: skip
    assert found.sequences["public.slips"]["ada"]["update"].text == "allowed"
    assert found.sequences["public.slips"]["anon"]["update"].text == "denied"
    with platform_database.connect() as superuser:
        (last,) = superuser.execute("select last_value from public.slips").fetchone() or (None,)
    assert last is not None and last >= 500


def test_a_child_shows_what_its_parents_own_policy_lets_through(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    """Lines of one's own team and, by the parent's second condition, those that one bought in another."""

    def persona(name: str, team: str) -> str:
        return f'[[persona]]\nname = "{name}"\nrole = "authenticated"\nclaims = {{ sub = "{named(name)}"{team} }}\n'

    ada = SESSIONS.replace('role = "authenticated", sub', 'role = "authenticated", team = "red", sub')
    classes = """
[[class]]
own = "own team"
other = "other team"
none = "no team"
persona = "auth.jwt() ->> 'team'"
rows = { "public.orders" = "team", "public.lines" = "(select o.team from public.orders o where o.id = order_id)" }
"""
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.orders (id int primary key, team text not null, buyer uuid);
        create table public.lines (id int primary key, order_id int not null references public.orders (id));
        create policy theirs on public.orders for select to authenticated
            using (team = (select auth.jwt() ->> 'team') or buyer = (select auth.uid()));
        create policy theirs on public.lines for select to authenticated
            using (exists (select from public.orders o where o.id = order_id));
        """ + OPEN.format("public.orders") + OPEN.format("public.lines"),
        persona("carl", "") + ada + persona("bob", ', team = "blue"') + classes,
    )  # fmt: skip
    assert cells(found, "orders")["select"] == "own team, own buyer"
    shown = {name: cells(found, "lines", name)["select"] for name in ("ada", "bob", "carl")}
    assert all("EXISTS" in text for text in shown.values()), shown


def test_a_check_of_a_texts_length_is_met(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.coupons (
            code text primary key check (code = upper(code) and length(code) = 6),
            pin char(4) not null check (pin ~ '^[0-9]{4}$'), owner uuid
        );
        create policy own on public.coupons to authenticated using (owner = auth.uid());
        """ + OPEN.format("public.coupons"),
    )  # fmt: skip
    assert found.not_observed == {}
    assert cells(found, "coupons")["select"] == "own owner"
