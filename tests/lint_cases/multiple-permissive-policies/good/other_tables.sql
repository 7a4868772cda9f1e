-- not found: two tables, of the same policy name
create policy own on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy own on public.notes for select to authenticated using (owner_id = (select auth.uid()));
