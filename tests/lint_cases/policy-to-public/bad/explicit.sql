-- found: TO public is everybody
create policy notes_read on public.notes for select to public using (author_id = (select auth.uid()));
