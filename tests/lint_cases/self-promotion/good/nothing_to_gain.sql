-- not found: no column of it decides anything
create table public.profiles (id uuid primary key, full_name text, avatar_url text, website text);
alter table public.profiles enable row level security;
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
