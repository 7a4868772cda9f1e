-- not found: reading one's role does not change it
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create policy profiles_read on public.profiles for select to authenticated using (id = (select auth.uid()));
