-- found: ALTER POLICY opens what was closed
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
alter policy notes_read on public.notes to public;
