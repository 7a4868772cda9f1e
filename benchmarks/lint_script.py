"""A script of a few thousand statements, mixed as in a real schema: what the linter is timed on."""

from __future__ import annotations

_MODULE = """
-- {table}: written by the application, read by the dashboards.
create table public.{table} (
    id uuid not null default gen_random_uuid(),
    depot_id uuid not null,
    user_id uuid not null default auth.uid(),
    nom text not null,
    statut text not null default 'NOUVEAU',
    volume numeric(12, 3) not null,
    details jsonb not null default '{{}}',
    created_at timestamptz not null default now(),
    constraint {table}_pkey primary key (id),
    constraint {table}_statut_check check (statut in ('NOUVEAU', 'VALIDE', 'REJETE')),
    constraint {table}_volume_check check (volume >= 0 and volume < 'infinity')
);
comment on table public.{table} is 'One row a movement; it is never changed once validated.';
comment on column public.{table}.details is 'What the device sent, as it sent it';
create index {table}_depot_id_idx on public.{table} (depot_id, created_at desc);
create unique index {table}_nouveau_idx on public.{table} (depot_id, nom) where statut = 'NOUVEAU';
alter table public.{table} enable row level security;
revoke all on table public.{table} from public, anon, authenticated, service_role;
grant select, insert on table public.{table} to authenticated;
grant update (statut, nom) on table public.{table} to authenticated;

create policy {table}_select_cadres on public.{table}
    for select to authenticated
    using ((select app.user_role()) in ('admin', 'directeur', 'pca') or depot_id = (select app.user_depot()));
create policy {table}_insert_depot on public.{table}
    for insert to authenticated
    with check (
        depot_id = (select app.user_depot())
        and exists (select from app.membres m where m.user_id = (select auth.uid()) and m.depot_id = {table}.depot_id)
    );
create policy {table}_update_auteur on public.{table}
    for update to authenticated
    using (user_id = (select auth.uid()) and statut = 'NOUVEAU')
    with check (user_id = (select auth.uid()) and statut in ('NOUVEAU', 'VALIDE'));

create function app.{table}_appliquer() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_total numeric;
begin
    -- The line is locked before it is read.
    perform 1 from public.{table} t where t.depot_id = new.depot_id for update;
    select coalesce(sum(t.volume), 0) into v_total from public.{table} t where t.depot_id = new.depot_id;
    if v_total + new.volume > 1000000 then
        raise exception 'depot %: % is too much', new.depot_id, v_total using errcode = 'check_violation';
    elsif new.statut = 'VALIDE' then
        insert into app.journal (source, source_id, volume) values ('{table}', new.id, new.volume);
    end if;
    return new;
end
$$;
revoke all on function app.{table}_appliquer() from public, anon, authenticated, service_role;
create trigger trg_{table}_appliquer before insert or update on public.{table}
    for each row execute function app.{table}_appliquer();

create view public.v_{table} with (security_invoker = true) as
select t.depot_id, t.statut, count(*) as nombre, sum(t.volume) as volume,
    case when sum(t.volume) > 1000 then 'GRAND' else 'PETIT' end as taille
from public.{table} t
left join app.journal j on j.source_id = t.id and j.source = '{table}'
where t.created_at > now() - interval '90 days'
group by t.depot_id, t.statut;
revoke all on table public.v_{table} from public, anon, authenticated, service_role;
grant select on table public.v_{table} to authenticated;
insert into app.parametres (nom, valeur) values ('{table}.limite', '1000000'), ('{table}.jours', '90');
update app.parametres set valeur = '91' where nom = '{table}.jours' and valeur = '90';
"""
_PREFACE = """
create schema app;
create table app.membres (user_id uuid not null, depot_id uuid not null);
create table app.journal (source text not null, source_id uuid not null, volume numeric not null);
create table app.parametres (nom text primary key, valeur text not null);
create function app.user_role() returns text language sql stable parallel safe set search_path = ''
as $$ select m.depot_id::text from app.membres m where m.user_id = auth.uid() $$;
create function app.user_depot() returns uuid language sql stable parallel safe set search_path = ''
as $$ select m.depot_id from app.membres m where m.user_id = auth.uid() $$;
"""
_OF_PREFACE = _PREFACE.count(";\n")
_OF_MODULE = 20


def script(statements: int) -> str:
    """SQL with at least that many statements at its top level.

    Args:
        statements: How many.
    """
    modules = -(-(statements - _OF_PREFACE) // _OF_MODULE)
    return _PREFACE + "".join(_MODULE.format(table=f"mouvements_{number:04}") for number in range(modules))


SMALL = _PREFACE
"""A small file."""
