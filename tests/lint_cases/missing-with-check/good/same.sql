-- not found: the same twice
create policy notes_update on public.notes for update to authenticated
  using ((select auth.uid()) = author_id) with check ((select auth.uid()) = author_id);
