-- not found: the same column name in two inner tables, each named
create policy docs_read on public.docs for select to authenticated using (
  exists (
    select 1
    from public.members m
    join public.grants g on g.team_id = m.team_id
    where g.doc_id = docs.id and m.user_id = (select auth.uid())
  )
);
