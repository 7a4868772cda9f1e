-- not found: the check keeps the role
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create policy profiles_update on public.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()) and role = (select app.user_role()));
