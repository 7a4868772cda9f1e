-- found: the row may be given to anybody
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid())) with check (true);
