-- found: members of my teams
create policy members_read on public.members for select to authenticated using (
  team_id in (select m.team_id from public.members m where m.user_id = (select auth.uid()))
);
