-- not found: visitors get the public rows, which is what is_public is for
create policy docs_read on public.docs for select to authenticated
  using ((is_public and (select auth.uid()) is null) or owner_id = (select auth.uid()));
