-- not found: they have no WITH CHECK
create policy notes_read on public.notes for select to authenticated using (is_public or author_id = (select auth.uid()));
create policy notes_delete on public.notes for delete to authenticated using (author_id = (select auth.uid()));
