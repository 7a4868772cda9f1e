-- the policy is for all roles, and one of them holds the privilege
-- also: policy-without-to
create table public.profils (user_id uuid primary key, nom text, role text);
alter table public.profils enable row level security;
revoke all on table public.profils from public, anon, authenticated;
grant select, update on table public.profils to authenticated;
create policy p on public.profils for update using (user_id = (select auth.uid()));
