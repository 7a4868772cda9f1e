-- found: authenticated is a member of editors
create role editors nologin;
grant editors to authenticated;
create policy own on public.docs for update to authenticated using (owner_id = (select auth.uid()));
create policy edit on public.docs for update to editors using (team_id in (select app.my_teams()));
