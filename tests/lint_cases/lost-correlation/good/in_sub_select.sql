-- not found: IN compares the row's team with those of the user
create policy docs_read on public.docs for select to authenticated using (
  team_id in (select team_id from public.members where user_id = (select auth.uid()))
);
