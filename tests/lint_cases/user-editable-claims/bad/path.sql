-- found: as a path
create policy docs_read on public.docs for select to authenticated
  using (tenant_id::text = (select auth.jwt() #>> '{user_metadata,tenant_id}'));
