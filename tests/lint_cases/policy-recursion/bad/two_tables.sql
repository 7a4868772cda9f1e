-- found: teams asks members, and members asks teams
create policy teams_read on public.teams for select to authenticated using (
  exists (select 1 from public.members m where m.team_id = teams.id and m.user_id = (select auth.uid()))
);
create policy members_read on public.members for select to authenticated using (
  exists (select 1 from public.teams t where t.id = members.team_id and t.owner_id = (select auth.uid()))
);
