-- not found: members has no doc_team_id, so the name is the row's
create table app.members (team_id uuid, user_id uuid);
create table public.docs (id uuid primary key, doc_team_id uuid);
alter table public.docs enable row level security;
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from app.members m where m.team_id = doc_team_id and m.user_id = (select auth.uid()))
);
