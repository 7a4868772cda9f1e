-- found: on the left of IN it stands outside of the sub-select
create policy docs_read on public.docs for select to authenticated using (
  auth.uid() in (select m.user_id from public.members m where m.team_id = docs.team_id)
);
