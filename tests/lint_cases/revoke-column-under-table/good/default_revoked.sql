-- The whole table was taken away before.
create table public.profils (id uuid primary key, nom text, role text);
alter table public.profils enable row level security;
create policy profils_read on public.profils for select to authenticated using (id = (select auth.uid()));
revoke all on table public.profils from public, anon, authenticated;
grant select, update (nom, role) on table public.profils to authenticated;
revoke update (role) on table public.profils from authenticated;
