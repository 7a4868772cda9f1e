-- found: users write their first profile themselves, as admins if they like
create table public.profiles (user_id uuid, full_name text, is_admin boolean default false);
alter table public.profiles enable row level security;
create policy profiles_insert on public.profiles for insert to authenticated with check (user_id = (select auth.uid()));
