-- not found: the right way round
create policy docs_read on public.docs for select to authenticated
  using ((select auth.uid()) is not null and owner_id = (select auth.uid()));
