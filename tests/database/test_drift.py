"""Drift: whatever is changed by hand on a database at head is reported, and the right object is named.

The first list is what others miss: single changes out of band on a database with Supabase's conventions. The second is
generated: each attribute that the reader claims to read, on some objects of each kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from psycopg import sql
from servers import Database

from rempart.catalog.compare import compare
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.function import Function
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.schema import Schema
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import Trigger
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.read import read
from rempart.postgres import databases, platform
from rempart.postgres.server import Server
from rempart.revisions import runner

pytestmark = pytest.mark.one_backend

OUT_OF_BAND = {
    "alter table public.citernes disable row level security": "table public.citernes",
    "alter table public.citernes force row level security": "table public.citernes",
    "create policy oubli on public.clients to public using (true)": "policy oubli on public.clients",
    "alter policy citernes_delete_admin on public.citernes to public":
        "policy citernes_delete_admin on public.citernes",
    "alter policy citernes_delete_admin on public.citernes using (true)":
        "policy citernes_delete_admin on public.citernes",
    "drop policy citernes_delete_admin on public.citernes": "policy citernes_delete_admin on public.citernes",
    "alter view public.logs reset (security_invoker)": "view public.logs",
    "alter view public.logs set (security_barrier = false)": "view public.logs",
    "alter function app.user_role() reset search_path": "function app.user_role()",
    "alter function app.user_role() security invoker": "function app.user_role()",
    "alter function app.user_role() volatile": "function app.user_role()",
    "alter function app.user_role() parallel unsafe": "function app.user_role()",
    "grant execute on function app.user_role() to public": "function app.user_role()",
    "grant select (nom) on public.clients to anon": "column public.clients.nom",
    "grant select on public.clients to anon": "table public.clients",
    "grant select on public.logs to anon": "view public.logs",
    "grant usage on schema app to anon": "schema app",
    "alter default privileges for role depot_owner in schema public grant select on tables to anon":
        "default privileges of depot_owner for tables in schema public",
    "alter default privileges for role depot_owner grant execute on functions to anon":
        "default privileges of depot_owner for functions",
    "alter table public.clients owner to postgres": "table public.clients",
    "alter table public.log_actions disable trigger trg_log_actions_immutable":
        "trigger trg_log_actions_immutable on public.log_actions",
    "alter table public.clients alter nom drop not null": "column public.clients.nom",
    "alter table public.clients alter pays set default 'x'": "column public.clients.pays",
    "create materialized view public.copie as select nom from public.clients": "view public.copie",
    "create rule r as on insert to public.clients do instead nothing": "rule r on public.clients",
    "comment on table public.clients is 'x'": "table public.clients",
    "grant execute on function pg_catalog.pg_read_file(text) to anon":
        "system object function pg_catalog.pg_read_file(pg_catalog.text)",
    "grant create on database {database} to anon": "the database",
    "alter database {database} set search_path = public, app": "setting search_path of the database",
    "alter role anon bypassrls": "role anon",
    "alter role anon createdb": "role anon",
    "grant service_role to anon": "membership of anon in service_role",
    "grant pg_read_all_data to anon": "membership of anon in pg_read_all_data",
    "alter role authenticated set statement_timeout = '1h'": "setting statement_timeout of role authenticated",
    "create role intrus superuser login": "role intrus",
    "create publication tout for all tables": "publication tout",
    "create function public.f() returns event_trigger language plpgsql as 'begin end'": "function public.f()",
    "create event trigger e on ddl_command_end execute function public.f()": "event trigger e",
    "create statistics public.s on nom, pays from public.clients": "statistics public.s",
    "create sequence public.q": "sequence public.q",
    "create type public.e as enum ('a')": "enum public.e",
    "create domain public.d as int": "domain public.d",
    "create type public.c as (a int)": "composite type public.c",
    "create text search configuration public.fr (copy = french)": "text search configuration public.fr",
    "alter text search configuration public.fr alter mapping for word with simple, french_stem":
        "text search configuration public.fr",
    "alter text search configuration public.fr drop mapping for email": "text search configuration public.fr",
    "alter text search configuration public.fr owner to anon": "text search configuration public.fr",
    "comment on text search configuration public.fr is 'x'": "text search configuration public.fr",
    "create text search dictionary public.mots (template = simple, stopwords = french)":
        "text search dictionary public.mots",
    "alter text search dictionary public.mots (stopwords = english)": "text search dictionary public.mots",
    "alter text search dictionary public.mots owner to anon": "text search dictionary public.mots",
    "create foreign data wrapper w": "foreign-data wrapper w",
    "alter foreign data wrapper w options (x '1')": "foreign-data wrapper w",
    "alter foreign data wrapper w validator postgresql_fdw_validator": "foreign-data wrapper w",
    "alter foreign data wrapper w no validator": "foreign-data wrapper w",
    "grant usage on foreign data wrapper w to anon": "foreign-data wrapper w",
    "comment on foreign data wrapper w is 'x'": "foreign-data wrapper w",
    "create server loin foreign data wrapper w": "foreign server loin",
    "alter server loin version '2'": "foreign server loin",
    "alter server loin options (add host 'ailleurs')": "foreign server loin",
    "alter server loin options (add api_key 'x')": "foreign server loin",
    "alter server loin options (set api_key 'y')": "foreign server loin",
    "alter server loin owner to postgres; grant usage on foreign server loin to anon": "foreign server loin",
    "create user mapping for anon server loin": "user mapping of anon on server loin",
    "alter user mapping for anon server loin options (add user 'a')": "user mapping of anon on server loin",
    "alter user mapping for anon server loin options (add password 'a')": "user mapping of anon on server loin",
    "alter user mapping for anon server loin options (set password 'b')": "user mapping of anon on server loin",
    "create foreign table public.distante (a int) server loin options (table_name 'x')": "table public.distante",
    "alter foreign table public.distante options (set table_name 'y')": "table public.distante",
    "alter foreign table public.distante alter a options (column_name 'b')": "column public.distante.a",
    "comment on constraint clients_id_not_null on public.clients is 'x'": "column public.clients.id",
    "create domain public.obligatoire as int constraint n not null": "domain public.obligatoire",
    "alter domain public.obligatoire rename constraint n to m": "domain public.obligatoire",
    "comment on constraint m on domain public.obligatoire is 'x'": "domain public.obligatoire",
    "create operator public.=== (function = int4eq, leftarg = int, rightarg = int)":
        "operator public.===(integer, integer)",
    "alter operator public.=== (int, int) set (restrict = eqsel)": "operator public.===(integer, integer)",
    "alter operator public.=== (int, int) set (join = eqjoinsel)": "operator public.===(integer, integer)",
    "alter operator public.=== (int, int) owner to anon": "operator public.===(integer, integer)",
    "comment on operator public.=== (int, int) is 'x'": "operator public.===(integer, integer)",
    "create operator public.!== (function = int4ne, leftarg = int, rightarg = int, negator = operator(public.===))":
        "operator public.===(integer, integer)",
    "drop operator public.!== (int, int)": "operator public.!==(integer, integer)",
    "create schema autre": "schema autre",
}  # fmt: skip


@pytest.fixture
def database(own_server: Server, config: object) -> Iterator[Database]:
    """The depot at head on a server of its own: roles belong to the whole server."""
    from rempart.config import Config

    assert isinstance(config, Config)
    databases.create(own_server, "drift")
    platform.install(own_server, "drift", config.platform, config.owner)
    runner.upgrade(own_server.url("drift", config.owner), "head", config)
    yield Database(own_server, "drift", config.owner)


def changed(database: Database, before: Catalog, statement: str) -> tuple[set[str], Catalog]:
    """Run a statement; the objects that are reported, and the catalog from then on."""
    with database.connect() as connection:
        connection.execute(sql.SQL(statement).format(database=sql.Identifier(database.name)))  # type: ignore[arg-type]
        after = read(connection)
    return {str(difference.identity) for difference in compare(before, after)}, after


def test_single_changes_out_of_band(database: Database) -> None:
    with database.connect() as connection:
        before = read(connection)
    missed = {}
    for statement, expected in OUT_OF_BAND.items():
        found, before = changed(database, before, statement)
        if expected not in found:
            missed[statement] = found
    assert missed == {}


def mutations(made: CatalogObject) -> Iterator[str]:
    """Statements that each change one attribute of an object."""
    target = made.target()
    if target:
        yield f"comment on {target} is 'muté'"
    if made.owner and target:
        yield f"alter {target} owner to postgres"
    if (granted := made.grant_target()) and not isinstance(made, Column):
        privilege = {"function": "execute", "schema": "create", "sequence": "usage"}.get(made.kind, "select")
        yield f"grant {privilege} on {granted} to anon"
        yield f"grant {privilege} on {granted} to anon with grant option"
        yield f"grant {privilege} on {granted} to public"
    yield from _of_kind(made)


def _of_kind(made: CatalogObject) -> Iterator[str]:
    where = f'"{made.schema}"."{made.name}"'
    if isinstance(made, Table):
        switch = "disable" if made.row_security else "enable"
        yield f"alter table {where} {switch} row level security"
        yield f"alter table {where} force row level security"
        yield f"alter table {where} replica identity full"
        yield f"alter table {where} set (fillfactor = 77)"
        yield f"alter table {where} set (toast.autovacuum_enabled = false)"
        yield f"alter table {where} add column mutee int"
    elif isinstance(made, Column) and made.relkind == "r":
        column = f'alter table {where} alter column "{made.part}"'
        yield f'grant select ("{made.part}") on {where} to anon'
        yield f"{column} set statistics 77"
        yield f"{column} set (n_distinct = 77)"
        if made.type == "text":
            yield f"{column} set default 'muté'"
            yield f"{column} set storage external"
            yield f"{column} set compression pglz"
    elif isinstance(made, Constraint):
        yield f'alter table {where} drop constraint "{made.part}" cascade'
    elif isinstance(made, Index):
        yield f"drop index {where}"
    elif isinstance(made, View):
        options = dict(option.split("=") for option in made.options)
        other = "false" if options.get("security_invoker") == "true" else "true"
        yield f"alter view {where} set (security_invoker = {other})"
        if "security_barrier" in options:
            yield f"alter view {where} reset (security_barrier)"
    elif isinstance(made, Function) and made.prokind == "f":
        head = f"alter function {where}{made.part}"
        yield f"{head} {'security invoker' if made.security_definer else 'security definer'}"
        yield f"{head} {'volatile' if made.volatility != 'v' else 'stable'}"
        yield f"{head} {'parallel restricted' if made.parallel != 'r' else 'parallel unsafe'}"
        yield f"{head} cost 77"
        yield f"{head} leakproof"
        yield f"{head} {'called on null input' if made.strict else 'strict'}"
        yield f"{head} set work_mem = '77MB'"
        yield f"{head} set search_path = public"
        yield f"{head} reset all"
    elif isinstance(made, Trigger):
        yield f'alter table {where} disable trigger "{made.part}"'
        yield f'alter table {where} enable replica trigger "{made.part}"'
        yield f'drop trigger "{made.part}" on {where}'
    elif isinstance(made, Policy):
        yield f'alter policy "{made.part}" on {where} to public'
        if made.using is not None:
            yield f'alter policy "{made.part}" on {where} using (true)'
        if made.with_check is not None:
            yield f'alter policy "{made.part}" on {where} with check (true)'
        yield f'drop policy "{made.part}" on {where}'
    elif isinstance(made, Sequence):
        yield f"alter sequence {where} cache 77"


@pytest.mark.slow
def test_every_attribute_that_is_read(database: Database) -> None:
    with database.connect() as connection:
        before = read(connection)
    chosen: dict[str, list[CatalogObject]] = defaultdict(list)
    mutable = (Table, Column, Constraint, Index, View, Function, Trigger, Policy, Schema, Sequence)
    for identity in sorted(before.objects):
        made = before.objects[identity]
        ours = identity.schema in ("public", "app") or isinstance(made, Schema)
        if isinstance(made, mutable) and ours and len(chosen[identity.kind]) < 4:
            chosen[identity.kind].append(made)
    tried, missed = 0, {}
    for objects in chosen.values():
        for made in objects:
            for statement in mutations(made):
                if made.identity not in before.objects:
                    break  # dropped with another
                tried += 1
                found, before = changed(database, before, statement)
                if str(made.identity) not in found and "add column" not in statement:
                    missed[statement] = found
                if "add column" in statement and f"column {made.schema}.{made.name}.mutee" not in found:
                    missed[statement] = found
    assert missed == {}
    assert tried > 150
