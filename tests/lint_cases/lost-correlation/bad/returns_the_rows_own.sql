-- found: teams has no team_id, so each row is compared with itself
create table app.teams (id uuid primary key, owner_id uuid);
create table public.docs (id uuid primary key, team_id uuid);
alter table public.docs enable row level security;
create policy docs_read on public.docs for select to authenticated using (
  team_id in (select team_id from app.teams where owner_id = (select auth.uid()))
);
