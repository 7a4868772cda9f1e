-- not found: the whole comparison is in the sub-select, without the row
create policy docs_read on public.docs for select to authenticated using ((select auth.role() = 'authenticated'));
