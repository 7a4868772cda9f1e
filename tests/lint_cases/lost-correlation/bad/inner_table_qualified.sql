-- found: qualified with the same table on both sides
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from public.members where members.team_id = public.members.team_id and user_id = (select auth.uid()))
);
