-- found: one call is wrapped, the other is not
create policy docs_read on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) or editor_id = auth.uid());
