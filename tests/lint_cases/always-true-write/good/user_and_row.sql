-- Logged in, and the row is his.
create policy notes_delete on public.notes for delete to authenticated
  using ((select auth.uid()) is not null and author_id = (select auth.uid()));
