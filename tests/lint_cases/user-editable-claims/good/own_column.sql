-- not found: a column of the table itself
create policy docs_read on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) and user_metadata ->> 'state' = 'shown');
