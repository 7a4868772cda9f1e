-- not found: AND keeps it within the user's rows
create policy docs_read on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) and ((select auth.uid()) is null or is_public));
