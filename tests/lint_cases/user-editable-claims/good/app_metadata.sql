-- not found: app_metadata is written by servers only
create policy docs_read on public.docs for select to authenticated
  using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');
