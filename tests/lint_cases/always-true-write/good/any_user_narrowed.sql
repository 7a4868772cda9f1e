-- A restrictive policy beside it decides about rows.
-- also: multiple-permissive-policies
create policy notes_delete on public.notes for delete to authenticated using ((select auth.uid()) is not null);
create policy own on public.notes as restrictive for delete to authenticated
  using (author_id = (select auth.uid()));
