-- The role function says what TO says already.
create policy notes_insert on public.notes for insert to authenticated
  with check ((select auth.role()) = 'authenticated');
