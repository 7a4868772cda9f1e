-- not found: neither is part of the other
-- also: multiple-permissive-policies
create policy posts_own on public.posts for select to authenticated using (author_id = (select auth.uid()));
create policy posts_team on public.posts for select to authenticated using (team_id in (select app.my_teams()));
