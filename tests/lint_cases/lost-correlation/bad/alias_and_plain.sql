-- found: the plain name is the inner table's too
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from public.members m where m.team_id = team_id and m.user_id = (select auth.uid()))
);
