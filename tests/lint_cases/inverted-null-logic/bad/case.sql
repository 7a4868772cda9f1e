-- found: written as CASE
create policy docs_write on public.docs for insert to authenticated
  with check (case when (select auth.uid()) is null then true else owner_id = (select auth.uid()) end);
