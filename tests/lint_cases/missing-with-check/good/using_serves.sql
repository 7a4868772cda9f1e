-- not found: without WITH CHECK, USING is applied to the new row too
create policy notes_update on public.notes for update to authenticated using (author_id = (select auth.uid()));
