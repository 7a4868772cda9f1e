-- found: users make themselves owners of any team
create table public.memberships (team_id uuid, user_id uuid, role text, primary key (team_id, user_id));
alter table public.memberships enable row level security;
create policy memberships_all on public.memberships for all to authenticated using (user_id = (select auth.uid()));
