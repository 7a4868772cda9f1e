-- found: the trigger only sets a date
create table public.profiles (id uuid primary key, full_name text, role text, updated_at timestamptz);
alter table public.profiles enable row level security;
create trigger set_updated_at before update on public.profiles
  for each row execute function extensions.moddatetime(updated_at);
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
