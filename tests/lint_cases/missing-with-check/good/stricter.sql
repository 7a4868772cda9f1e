-- not found: the check is stricter than the condition
create policy notes_update on public.notes for update to authenticated
  using (team_id in (select app.user_teams())) with check (author_id = (select auth.uid()) and not locked);
