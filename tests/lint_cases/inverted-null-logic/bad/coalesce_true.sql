-- found: the unknown is taken for true
create policy docs_read on public.docs for select to authenticated
  using (coalesce(owner_id = (select auth.uid()), true));
