-- found: with a column of the row in it the sub-select is run for each row
create policy docs_read on public.docs for select to authenticated using ((select auth.uid() = docs.owner_id));
