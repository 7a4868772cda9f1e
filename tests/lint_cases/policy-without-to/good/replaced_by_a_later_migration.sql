-- not found: a later migration dropped it
create policy notes_own on public.notes for select using (author_id = (select auth.uid()));
drop policy if exists notes_own on public.notes;
create policy notes_own on public.notes for select to authenticated using (author_id = (select auth.uid()));
