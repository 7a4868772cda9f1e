-- not found: the other table has no row security, so its policies are not applied
-- also: policy-without-row-security
create table compta.members (team_id uuid, user_id uuid);
create policy members_read on compta.members for select to authenticated using (
  team_id in (select t.id from public.teams t where t.owner_id = (select auth.uid()))
);
create policy teams_read on public.teams for select to authenticated using (
  exists (select 1 from compta.members m where m.team_id = teams.id and m.user_id = (select auth.uid()))
);
