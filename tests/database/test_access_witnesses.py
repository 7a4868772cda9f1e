"""Witness rows: made for schemas of many shapes, each atom true and false, and what cannot be made is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from access_oracle import PERSONAS
from gateway import named
from servers import Database
from test_access_oracle import map_of

from rempart.access.model import AccessMap
from rempart.config import Config
from rempart.errors import UsageError

pytestmark = pytest.mark.one_backend

SESSIONS = PERSONAS.partition("[[class]]")[0]
OPEN = (
    "grant select, insert, update, delete on {0} to authenticated; revoke all on {0} from anon;"
    " alter table {0} enable row level security;"
)


def observed(database: Database, config: Config, folder: Path, statements: str, personas: str = SESSIONS) -> AccessMap:
    with database.connect(database.owner) as owner:
        owner.execute(statements)
    return map_of(database, config, personas, folder)


def cells(found: AccessMap, table: str, persona: str = "ada") -> dict[str, str]:
    return {command: cell.text for command, cell in found.relations[f"public.{table}"][persona].items()}


def test_hard_tables_get_rows(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create type public.mood as enum ('sad', 'ok', 'happy');
        create domain public.code as text check (value ~ '^[A-Z]{3}$') not null;
        create domain public.share as numeric check (value between 0 and 100);
        create table public.parent (a int, b int, label varchar(3) unique, primary key (a, b));
        create table public."Odd ""name" (
            "select" int generated always as identity primary key,
            "col %s" public.mood not null,
            c public.code, s public.share, j jsonb not null, arr text[] not null, r int4range, m inet,
            a int not null, b int not null, double int generated always as (a * 2) stored,
            low int, high int, day date not null, at timestamptz not null default now(), ok boolean not null,
            email text not null check (email like '%@%.%'),
            constraint ordered check (low < high and high < 20),
            constraint pair foreign key (a, b) references public.parent (a, b)
        );
        create policy p on public."Odd ""name" to authenticated
            using ("col %s" = 'happy' or (ok and s > 50) or day < current_date - 30 or j ->> 'k' is not null);
        """ + OPEN.format('public."Odd ""name"'),
    )  # fmt: skip
    texts = cells(found, 'Odd "name')
    assert "not observed" not in texts["select"] and texts["select"] not in ("no rows", "all rows"), texts
    assert found.not_observed == {}


def test_membership_in_a_later_table(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.projects (id uuid primary key default gen_random_uuid(), name text not null unique);
        create table public.members (
            project_id uuid references public.projects (id), user_id uuid,
            role text not null check (role in ('read', 'write')),
            primary key (project_id, user_id));
        create policy p on public.projects to authenticated using (exists (
            select from public.members m
            where m.project_id = projects.id and m.user_id = (select auth.uid()) and m.role = 'write'));
        create policy m on public.members for select to authenticated using (user_id = (select auth.uid()));
        """ + OPEN.format("public.projects") + OPEN.format("public.members"),
    )  # fmt: skip
    assert found.not_observed == {}
    assert cells(found, "members")["select"] == "own user_id"
    assert cells(found, "projects")["select"].startswith("EXISTS (SELECT FROM public.members")


def test_a_policy_that_asks_for_its_parent_by_key_leaves_the_parent_all_its_rows(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.projects (
            id uuid primary key, ref text not null unique, owner uuid not null, deleted_at timestamptz);
        create table public.logs (id int primary key, project_id uuid not null references public.projects (id));
        create policy p on public.projects to authenticated
            using (owner = (select auth.uid()) and deleted_at is null);
        create policy l on public.logs to authenticated using (exists (
            select from public.projects p where p.id = logs.project_id and p.owner = (select auth.uid())));
        """ + OPEN.format("public.projects") + OPEN.format("public.logs"),
    )  # fmt: skip
    assert found.not_observed == {}
    assert cells(found, "projects")["select"] == "own owner and deleted_at IS NULL"
    assert cells(found, "logs")["select"].startswith("EXISTS (SELECT FROM public.projects")


def test_a_table_is_tied_to_members_without_a_foreign_key(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    member = f'rows."public.members" = {{ org = "north", user_id = "{named("ada")}", role = "admin" }}'
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.members (org text, user_id uuid, role text, primary key (org, user_id));
        create table public.orders (id int primary key, org text not null);
        create policy m on public.members for select to authenticated using (user_id = (select auth.uid()));
        create policy o on public.orders to authenticated using (exists (
            select from public.members m
            where m.user_id = (select auth.uid()) and m.org = orders.org and m.role = 'admin'));
        """ + OPEN.format("public.members") + OPEN.format("public.orders"),
        SESSIONS.rstrip() + f"\n{member}\n",
    )  # fmt: skip
    assert found.not_observed == {}
    assert cells(found, "orders")["select"].startswith("EXISTS (SELECT FROM public.members")


def test_partitions_and_views(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.log (id int, kind text not null, primary key (id, kind)) partition by list (kind);
        create table public.log_a partition of public.log for values in ('a');
        create table public.log_b partition of public.log for values in ('b');
        create policy p on public.log to authenticated using (kind = 'a');
        create view public.seen with (security_invoker = true) as select id, kind from public.log;
        create view public.leak as select id, kind from public.log;
        grant select, update on public.seen, public.leak to authenticated;
        grant select on public.log_b to authenticated;
        """ + OPEN.format("public.log"),
    )  # fmt: skip
    assert (cells(found, "log")["select"], cells(found, "log")["update"]) == ("kind a", "kind a")
    assert cells(found, "log_b")["select"] == "all rows"  # a partition has no policies of its parent's
    assert cells(found, "leak")["update"] == "all rows"
    assert "nothing tells apart" in cells(found, "seen")["select"]  # no class is named for the view


def test_rows_that_only_their_partitions_know(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.visits (id bigint generated always as identity, at timestamptz not null, owner uuid,
            primary key (id, at)) partition by range (at);
        create table public.visits_old partition of public.visits for values from ('2001-01-01') to ('2001-02-01');
        create table public.visits_new partition of public.visits for values from ('2031-01-01') to ('2031-02-01');
        create table public.shares (id int, half int not null, primary key (id, half)) partition by hash (half);
        create table public.shares_0 partition of public.shares for values with (modulus 2, remainder 0);
        create table public.names (name text) partition by range (lower(name));
        create table public.names_a partition of public.names for values from ('k') to ('l');
        create policy p on public.visits to authenticated using (owner = (select auth.uid()));
        grant select on public.visits_old to authenticated;
        """
        + "".join(OPEN.format(f"public.{name}") for name in ("visits", "shares", "names")),
    )  # fmt: skip
    assert found.not_observed == {}
    assert cells(found, "visits")["select"] == "own owner"
    assert cells(found, "visits_old")["select"] == "all rows"
    assert cells(found, "shares")["insert"] == cells(found, "names")["insert"] == "denied"


def test_no_partition_for_a_row_does_not_say_who_may_insert_it(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        "create table public.homeless (id int) partition by range (id);" + OPEN.format("public.homeless"),
    )  # fmt: skip
    assert "not observed" in cells(found, "homeless")["insert"]


def test_views_show_tables_that_are_not_exposed(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create schema core;
        create table core.tenants (id bigint generated always as identity primary key, name text not null unique);
        create view core.inner_view as select id, name from core.tenants;
        create view public.tenants as select id, name from core.inner_view;
        create materialized view public.figures as select count(*) as tenants, max(id) as last from core.tenants
            having count(*) > 0;
        grant select, insert, update, delete on public.tenants to authenticated;
        grant select on public.figures to authenticated;
        revoke all on public.tenants, public.figures from anon;
        """,
    )  # fmt: skip
    assert found.not_observed == {}
    assert set(cells(found, "tenants").values()) == {"all rows"}
    assert cells(found, "figures")["select"] == "all rows"
    assert set(cells(found, "tenants", "anon").values()) == {"denied"}


def test_a_table_without_a_possible_row_is_told(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        "create table public.impossible (id int primary key, code text not null check (md5(code) = 'no'));"
        "create policy p on public.impossible to authenticated using (code = 'x');" + OPEN.format("public.impossible"),
    )  # fmt: skip
    assert cells(found, "impossible")["select"] == "not observed: the table has no witness row"
    assert cells(found, "impossible", "anon")["select"] == "denied"
    (note, *_) = found.not_observed["public.impossible"]
    assert note.startswith("no row can be made: no value was found for code that satisfies")


def test_an_atom_that_no_row_makes_true_is_told(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        "create table public.t (id int primary key, state text check (state in ('a', 'b')));"
        "create policy p on public.t to authenticated using (state = 'c' or state = 'a');" + OPEN.format("public.t"),
    )  # fmt: skip
    assert found.not_observed["public.t"] == ("state = 'c' is true of no witness row",)


def test_triggers_and_errors_are_told_apart(platform_database: Database, config: Config, tmp_path: Path) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create table public.t (id int primary key, state text not null check (state in ('open', 'shut')));
        create function public.guard() returns trigger language plpgsql as
            $$ begin if old.state = 'shut' then raise exception 'shut'; end if; return old; end $$;
        create trigger guard before delete on public.t for each row execute function public.guard();
        create policy p on public.t to authenticated using (true);
        create policy s on public.t for insert to authenticated with check (state = 'open');
        create table public.broken (id int primary key, n int not null);
        create policy p on public.broken to authenticated using (1 / (n - n) > 0);
        """ + OPEN.format("public.t") + OPEN.format("public.broken"),
    )  # fmt: skip
    assert cells(found, "t")["delete"] == "state open; refused by a trigger (P0001): state shut"
    assert cells(found, "broken")["select"] == "not observed: 22012 division by zero"
    assert "is true of no witness row" in found.not_observed["public.broken"][0]


def test_a_function_with_a_variadic_argument_is_really_called(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    found = observed(
        platform_database, config, tmp_path,
        """
        create function public.f(a text, variadic b int[]) returns int language sql as 'select 1';
        create function public.g(variadic b text[]) returns int language sql as 'select 1 / 0';
        """,
    )  # fmt: skip
    said = {name: cells["ada"]["execute"].text for name, cells in found.functions.items()}
    assert said["public.f(text,integer[])"] == "runs, writes nothing"
    assert said["public.g(text[])"] == "called, fails (22012)"


def test_personas_that_do_not_fit_are_refused(platform_database: Database, config: Config, tmp_path: Path) -> None:
    for wrong, message in (
        ('rows = { "public.none" = { id = 1 } }', "which is no table"),
        ('rows = { "auth.users" = { nickname = "x" } }', "has no column nickname"),
        ('rows = { "auth.users" = { id = "x" } }', "cannot be made"),
        ('role = "nobody_of_that_name"', "nobody can be p"),
    ):
        role = "" if wrong.startswith("role") else 'role = "anon"\n'
        with pytest.raises(UsageError, match=message):
            map_of(platform_database, config, f'[[persona]]\nname = "p"\n{role}{wrong}\n', tmp_path)
    wrong_class = '[[class]]\nown = "o"\nother = "x"\nnone = "n"\npersona = "{}"\nrows = {{ "{}" = "id" }}\n'
    for row_class, message in (
        (wrong_class.format("auth.uid()", "public.gone"), "which does not exist"),
        (wrong_class.format("nonsense", "auth.users"), "cannot be evaluated"),
    ):
        with pytest.raises(UsageError, match=message):
            map_of(platform_database, config, SESSIONS + row_class, tmp_path)
