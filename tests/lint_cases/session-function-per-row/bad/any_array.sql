-- found: on the left of ANY
create policy docs_read on public.docs for select to authenticated using (auth.uid() = any (reader_ids));
