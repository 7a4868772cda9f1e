-- found: the usual form
create policy docs_read on public.docs for select to authenticated using (owner_id = auth.uid());
