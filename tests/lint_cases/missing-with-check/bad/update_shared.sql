-- found: the same for UPDATE: every shared row may be changed by everybody
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid()) or visibility = 'shared');
