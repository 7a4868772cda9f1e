-- not found: a draft may become something else, and stays one's own
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid()) and status = 'draft')
  with check (author_id = (select auth.uid()) and status in ('draft', 'published'));
