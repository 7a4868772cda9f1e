-- found: the columns granted include the role
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
revoke update on public.profiles from public, anon, authenticated;
grant update (full_name, role) on public.profiles to authenticated;
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
