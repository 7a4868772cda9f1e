-- found: so does this
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid())) with check ((select auth.role()) = 'authenticated');
