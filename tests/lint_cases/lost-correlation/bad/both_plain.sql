-- found: both names are the inner table's
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from public.members where team_id = team_id and user_id = (select auth.uid()))
);
