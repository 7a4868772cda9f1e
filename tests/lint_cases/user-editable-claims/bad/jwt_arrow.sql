-- found: user_metadata is what users write
create policy docs_read on public.docs for select to authenticated
  using ((select auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');
