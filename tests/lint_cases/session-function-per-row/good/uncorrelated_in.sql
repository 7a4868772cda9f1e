-- not found: the sub-select does not depend on the row, and is run once
create policy docs_read on public.docs for select to authenticated using (
  team_id in (select m.team_id from public.members m where m.user_id = auth.uid())
);
