-- not found: only admins write profiles
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create policy profiles_update on public.profiles for update to authenticated
  using ((select app.user_role()) = 'admin') with check ((select app.user_role()) = 'admin');
