-- not found: a restrictive policy fixes the role
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
create policy profiles_role on public.profiles as restrictive for update to authenticated
  using (true) with check (role = 'user');
