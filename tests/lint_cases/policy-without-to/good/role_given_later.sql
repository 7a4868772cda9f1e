-- not found: the role is named before the end
create policy notes_own on public.notes for select using (author_id = (select auth.uid()));
alter policy notes_own on public.notes to authenticated;
