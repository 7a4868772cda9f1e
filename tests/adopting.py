"""Databases that never saw Alembic, and small projects to adopt them into."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from servers import Database

from rempart.catalog.compare import compare
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.target import Target
from rempart.environment import Environment
from rempart.postgres import databases, platform
from rempart.postgres.server import Server

ROOT = Path(__file__).resolve().parents[1]
LEGACY = ROOT / "tests" / "legacy" / "depot.sql"
DECISIONS = ROOT / "tests" / "legacy" / "decisions.sql"
TABLE = "create table public.t (id int primary key, {});"
ENVIRONMENT = "ancien"
_VARIABLE = "ADOPTED_DATABASE_URL"
_PROJECT = ("migrations", "alembic.ini", "schema", "policies", "pyproject.toml")
_REVISION = '''"""The baseline."""
from rempart.revisions import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute({sql!r})


def downgrade() -> None:
    pass
'''


SMALL = """
revoke all on schema public from public, anon, authenticated, service_role;
grant usage on schema public to authenticated, service_role;
create table public.t (id int primary key, nom text);
alter table public.t enable row level security;
revoke all on table public.t from public, anon, authenticated, service_role;
grant select on public.t to authenticated;
create policy p on public.t for select to authenticated using (id > 0);
create view public.v with (security_invoker = true) as select id, nom from public.t;
revoke all on table public.v from public, anon, authenticated, service_role;
grant select on public.v to authenticated;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke all on functions from public;
"""
OLD = """
create table public.t (id int primary key, ancien text not null default 'x');
insert into public.t values (1, 'été'), (2, '');
create table public.extra (id serial primary key, t_id int references public.t (id));
insert into public.extra (t_id) values (1), (null);
create policy tout on public.extra using (true);
create policy rien on public.t for all to anon using (true);
create view public.v as select id from public.t;
create view public.w as select e.id, t.ancien from public.extra e join public.t on t.id = e.t_id;
create materialized view public.m as select count(*) as n from public.extra;
create function public.f() returns int language sql security definer as 'select 1';
create function public.g() returns trigger language plpgsql as 'begin return null; end';
create trigger jette before insert on public.t for each row execute function public.g();
create index t_ancien on public.t (ancien);
grant select (ancien) on public.t to anon;
create type public.humeur as enum ('bonne', 'mauvaise');
"""


@dataclass(frozen=True)
class Old:
    """A database to be adopted, and the project that is to answer for it."""

    database: Database
    target: Target

    def run(self, statements: str) -> None:
        """Run SQL as the owner."""
        with self.database.connect(self.database.owner) as owner:
            owner.execute(statements)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives the superuser."""
        with self.database.connect() as superuser:
            return superuser.execute(query).fetchall()

    @property
    def file(self) -> Path:
        """The reconciling revision at the small projects' baseline."""
        return self.target.config.root / "adoption" / ENVIRONMENT / "reconcile_0001.py"

    def edit(self, old: str, new: str) -> None:
        """Edit the reconciling revision, as a person would."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))


@contextmanager
def project_folder() -> Iterator[Path]:
    """The depot's project in a folder of its own, in which adoptions may be written."""
    with tempfile.TemporaryDirectory(prefix="rt-adopt-") as made:
        for name in _PROJECT:
            (Path(made) / name).symlink_to(ROOT / name)
        yield Path(made)


@contextmanager
def small_project(baseline: str) -> Iterator[Path]:
    """A project whose one revision runs some SQL."""
    with tempfile.TemporaryDirectory(prefix="rt-adopt-") as made:
        folder = Path(made)
        (folder / "migrations" / "versions").mkdir(parents=True)
        (folder / "migrations" / "env.py").symlink_to(ROOT / "migrations" / "env.py")
        (folder / "migrations" / "versions" / "0001_baseline.py").write_text(_REVISION.format(sql=baseline))
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
        (folder / "schema").mkdir()
        (folder / "schema" / "platform").symlink_to(ROOT / "schema" / "platform")
        (folder / "pyproject.toml").write_text('[tool.rempart]\ndatabase = "depot"\nowner = "depot_owner"\n')
        yield folder


@contextmanager
def old_database(
    server: Server, folder: Path, statements: str, *, environment: Environment | None = None
) -> Iterator[Old]:
    """A database on the platform's stand-in with what some SQL makes as its owner."""
    made = environment or Environment(ENVIRONMENT, _VARIABLE)
    config = replace(Config.find(folder), environments={ENVIRONMENT: made})
    with databases.throwaway(server) as name:
        platform.install(server, name, config.platform, config.owner)
        database = Database(server, name, config.owner)
        os.environ[_VARIABLE] = database.owner_url
        old = Old(database, Target(config, made, database.owner_url))
        old.run(statements)
        yield old


def contents(database: Database, tables: Sequence[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Every row of tables, of certain columns, as text."""
    found = {}
    with database.connect() as superuser:
        for table, columns in tables:
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            asked = sql.SQL("select row({})::text from {}").format(listed, sql.Identifier("public", table))
            found[table] = sorted(str(row[0]) for row in superuser.execute(asked))
    return found


def tables_of(database: Database) -> list[tuple[str, list[str]]]:
    """Every table of the exposed schema, with its columns."""
    with database.connect() as superuser:
        return [
            (str(name), list(columns))
            for name, columns in superuser.execute(
                "select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c"
                " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
                " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname order by 1"
            )
        ]


def fill(connection: psycopg.Connection[Any]) -> None:
    """Rows for the legacy depot: many, with NULLs and with values that are easily lost on the way."""
    connection.execute(_ROWS)


_ROWS = """
insert into auth.users (id, email)
select ('a0000000-0000-4000-8001-' || lpad(n::text, 12, '0'))::uuid, 'u' || n || '@exemple.test'
from generate_series(1, 20) n;
insert into public.profils (user_id, nom_complet, role, depot_id)
select ('a0000000-0000-4000-8001-' || lpad(n::text, 12, '0'))::uuid, case when n % 3 > 0 then 'Élodie "N''' || n end,
    (array['admin', 'gerant', 'lecture', 'pca'])[1 + n % 4], null
from generate_series(1, 20) n;
insert into public.profils (user_id, nom_complet, role) values (null, null, 'lecture'), (null, '', 'lecture');
insert into public.depots (nom, adresse)
select 'Dépôt ' || n, case when n % 2 = 0 then E'rue\\n' || chr(9) || n end from generate_series(1, 30) n;
insert into public.produits (nom, actif) values ('Essence', null), ('Jet A-1', false), ('  ', true);
insert into public.clients (nom, email, telephone)
select 'Client ' || n || chr(8364), nullif(n % 4, 0)::text, null from generate_series(1, 200) n;
insert into public.fournisseurs (nom, email) values ('%s %% :nom \\ $$', E'\\u00e9'), ('NULL', null);
insert into public.partenaires (nom, telephone) select 'P' || n, null from generate_series(1, 10) n;
insert into public.citernes (id, depot_id, nom, produit_id, capacite_totale)
select ('c0000000-0000-4000-8001-' || lpad(n::text, 12, '0'))::uuid, null, 'T' || n,
    (select id from public.produits order by nom limit 1), 0.1 + 0.2 * n
from generate_series(1, 40) n;
insert into public.cours_de_route (plaque_camion, volume, statut, created_at)
select 'CGO ' || n, case n % 3 when 0 then null when 1 then 0.10 else 12345678901234567890.123456789 end,
    case when n % 7 > 0 then 'DECHARGE' else 'TRANSIT' end, case when n % 5 > 0 then now() - n * interval '1 day' end
from generate_series(1, 300) n;
insert into public.receptions (citerne_id, volume_ambiant, statut, created_by)
select ('c0000000-0000-4000-8001-' || lpad((1 + n % 40)::text, 12, '0'))::uuid, 1e-300 + n / 3.0, 'validee', null
from generate_series(1, 250) n;
insert into public.sorties_produit (citerne_id, volume_ambiant)
select ('c0000000-0000-4000-8001-' || lpad((1 + n % 40)::text, 12, '0'))::uuid, n / 7.0 from generate_series(1, 250) n;
insert into public.stocks_snapshot (citerne_id, stock_ambiant)
select ('c0000000-0000-4000-8001-' || lpad(n::text, 12, '0'))::uuid, -0.0 from generate_series(1, 40) n;
insert into public.prises_de_hauteur (citerne_id, volume_mesure) values
    (null, 'Infinity'), (null, -1e308), ('c0000000-0000-4000-8001-000000000001', 5e-324);
insert into public.log_actions (user_id, action, module, details, created_at)
select null, 'ACTION', 'module', case when n % 2 = 0 then '{"é": [1, null, "\\"", 1e5]}'::jsonb end,
    case n % 3 when 0 then null when 1 then timestamptz '0099-01-01 00:00:00.000001+00' else now() end
from generate_series(1, 100) n;
insert into public.documents (titre, confidentiel) values ('Contrat', true), ('Tarifs', false);
select nextval('public.numero_bordereau') from generate_series(1, 41);
refresh materialized view public.kpi_journalier;
"""


def state_of(old: Old) -> tuple[Catalog, dict[str, list[str]]]:
    """All that an adoption could change."""
    with old.database.connect() as superuser:
        return read(superuser), contents(old.database, tables_of(old.database))


def require_untouched(old: Old, before: tuple[Catalog, dict[str, list[str]]]) -> None:
    catalog, rows = state_of(old)
    assert compare(before[0], catalog) == []
    assert rows == before[1]
