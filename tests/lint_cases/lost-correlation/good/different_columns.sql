-- not found: two columns of one inner table, and the row is named as well
create policy docs_read on public.docs for select to authenticated using (
  exists (
    select 1 from public.shares s
    where s.doc_id = docs.id and s.valid_from <= s.valid_to and s.created_by = s.approved_by
      and s.user_id = (select auth.uid())
  )
);
