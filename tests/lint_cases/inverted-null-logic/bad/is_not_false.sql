-- found: NULL is not false
create policy docs_read on public.docs for select to authenticated
  using ((owner_id = (select auth.uid())) is not false);
