-- not found: one's own row, and only for admins
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create policy profiles_update on public.profiles for update to authenticated
  using (id = (select auth.uid()) and (select app.is_admin()));
