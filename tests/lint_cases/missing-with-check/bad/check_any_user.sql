-- found: the check asks only for a user
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid())) with check ((select auth.uid()) is not null);
