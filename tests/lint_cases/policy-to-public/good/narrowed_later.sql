-- not found: it is narrowed before the end
create policy notes_read on public.notes for select to public using (author_id = (select auth.uid()));
alter policy notes_read on public.notes to authenticated;
