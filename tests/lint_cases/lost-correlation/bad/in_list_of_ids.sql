-- found: in the sub-select of an IN
create policy docs_read on public.docs for select to authenticated using (
  id in (select s.doc_id from public.shares s where user_id = s.user_id)
);
