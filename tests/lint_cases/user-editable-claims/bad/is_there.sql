-- Only that the claim is there.
create policy notes_read on public.notes for select to authenticated
  using ((select auth.jwt() -> 'user_metadata') is not null);
