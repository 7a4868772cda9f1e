-- found: the check does not tie the row to the user any more
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid()) and status = 'draft')
  with check (status in ('draft', 'published'));
