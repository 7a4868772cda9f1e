-- The platform granted the whole table when it was created.
create table public.profils (id uuid primary key, nom text, role text);
alter table public.profils enable row level security;
create policy profils_read on public.profils for select to authenticated using (id = (select auth.uid()));
revoke update (role) on table public.profils from authenticated;
