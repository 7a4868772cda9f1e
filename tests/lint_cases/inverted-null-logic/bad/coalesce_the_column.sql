-- found: without a user the column is compared with itself
create policy docs_read on public.docs for select to authenticated
  using (owner_id = coalesce((select auth.uid()), owner_id));
