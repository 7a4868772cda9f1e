-- not found: a function that returns a set, in a sub-select
create policy docs_read on public.docs for select to authenticated using (team_id in (select app.my_teams()));
