-- not found: a check of the user's role, which depends on no row; user_id is also a column of docs
create table app.profiles (id uuid primary key, user_id uuid, role text);
create table public.docs (id uuid primary key, user_id uuid);
alter table public.docs enable row level security;
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from app.profiles where user_id = (select auth.uid()) and role = 'editor')
);
