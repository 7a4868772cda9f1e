-- not found: users cannot write the column that ties the row to them
revoke update on public.notes from public, anon, authenticated;
grant update (title, status) on public.notes to authenticated;
create policy notes_update on public.notes for update to authenticated
  using (author_id = (select auth.uid())) with check (status in ('draft', 'published'));
