-- found: profiles has a column user_id of its own, so p.id is compared with that
create table app.profiles (id uuid primary key, user_id uuid, role text);
create table public.docs (id uuid primary key, user_id uuid);
alter table public.docs enable row level security;
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from app.profiles p where p.id = user_id and p.role = 'editor')
);
