-- not found: the first is dropped before the second comes
create policy own on public.docs for select to authenticated using (owner_id = (select auth.uid()));
drop policy own on public.docs;
create policy own_or_team on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) or team_id in (select app.my_teams()));
