-- not found: without a user the id of nobody
create policy docs_read on public.docs for select to authenticated
  using (owner_id = coalesce((select auth.uid()), '00000000-0000-0000-0000-000000000000'::uuid));
