-- found: in the second place
create policy docs_read on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) or is_public or ((select auth.uid()) is null));
