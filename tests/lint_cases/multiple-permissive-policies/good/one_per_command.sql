-- not found: one a command
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy docs_insert on public.docs for insert to authenticated with check (owner_id = (select auth.uid()));
create policy docs_update on public.docs for update to authenticated using (owner_id = (select auth.uid()));
create policy docs_delete on public.docs for delete to authenticated using (owner_id = (select auth.uid()));
