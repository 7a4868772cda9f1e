-- not found: the two policies are never in force together
create policy teams_read on public.teams for select to authenticated using (
  exists (select 1 from public.members m where m.team_id = teams.id and m.user_id = (select auth.uid()))
);
create policy members_read on public.members for select to auditor using (
  exists (select 1 from public.teams t where t.id = members.team_id)
);
