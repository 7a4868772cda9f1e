-- Whoever is logged in deletes any row.
create policy notes_delete on public.notes for delete to authenticated using ((select auth.uid()) is not null);
