-- found: twice negated
create policy docs_read on public.docs for select to authenticated
  using (not ((select auth.uid()) is not null) or owner_id = (select auth.uid()));
