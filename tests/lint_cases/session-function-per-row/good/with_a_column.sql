-- not found: given a column of the row it cannot be wrapped
create policy docs_read on public.docs for select to authenticated using (app.may_read_team(team_id));
