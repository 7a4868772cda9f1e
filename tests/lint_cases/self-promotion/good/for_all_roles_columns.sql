-- for all roles, of which none may update the column
-- also: policy-without-to
create table public.profils (user_id uuid primary key, nom text, role text);
alter table public.profils enable row level security;
revoke all on table public.profils from public, anon, authenticated;
grant select, update (nom) on table public.profils to authenticated;
grant update on table public.profils to service_role;
create policy p on public.profils for update using (user_id = (select auth.uid()));
