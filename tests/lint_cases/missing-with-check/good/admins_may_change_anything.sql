-- not found: who may change is decided by USING, and no row is told from another
create policy notes_update on public.notes for update to authenticated
  using ((select app.user_role()) = 'admin') with check (true);
