-- found: the row's column compared with itself, the inner table left alone
create policy docs_delete on public.docs for delete to authenticated using (
  exists (select 1 from public.members m where docs.team_id = docs.team_id and m.user_id = (select auth.uid()))
);
