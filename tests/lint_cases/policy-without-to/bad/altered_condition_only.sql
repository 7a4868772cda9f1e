-- found: ALTER POLICY gives it a condition, and still no role
create policy notes_own on public.notes for select using (author_id = (select auth.uid()));
alter policy notes_own on public.notes using (owner_id = (select auth.uid()));
