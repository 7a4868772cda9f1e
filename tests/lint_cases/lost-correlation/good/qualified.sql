-- not found: the row's table is named
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from public.members m where m.team_id = docs.team_id and m.user_id = (select auth.uid()))
);
