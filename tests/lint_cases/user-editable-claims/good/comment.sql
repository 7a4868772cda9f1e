-- not found: only spoken of
-- never use auth.jwt() -> 'user_metadata' here
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
