-- not found: the table was created elsewhere, and nothing is known of it
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
