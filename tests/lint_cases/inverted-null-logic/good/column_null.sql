-- not found: rows without an owner are for all users; that is about the row
create policy docs_read on public.docs for select to authenticated
  using (owner_id is null or owner_id = (select auth.uid()));
