-- found: the depot is what other policies scope by, through a helper
create table public.profils (id uuid primary key, user_id uuid unique, nom text, depot_id uuid);
alter table public.profils enable row level security;
create table public.citernes (id uuid primary key, depot_id uuid);
alter table public.citernes enable row level security;
create function app.user_depot_id() returns uuid language sql stable security definer set search_path = ''
as $$ select p.depot_id from public.profils p where p.user_id = (select auth.uid()) $$;
revoke all on function app.user_depot_id() from public;
create policy citernes_read on public.citernes for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy profils_update on public.profils for update to authenticated using (user_id = (select auth.uid()));
