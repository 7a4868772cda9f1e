-- not found: the unknown is taken for false
create policy docs_read on public.docs for select to authenticated
  using (coalesce(owner_id = (select auth.uid()), false));
