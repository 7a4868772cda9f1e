-- not found: roles are in a table that users only read
create table public.profiles (id uuid primary key, full_name text);
create table public.user_roles (user_id uuid, role text);
alter table public.profiles enable row level security;
alter table public.user_roles enable row level security;
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
create policy user_roles_read on public.user_roles for select to authenticated using (user_id = (select auth.uid()));
