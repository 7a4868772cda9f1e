-- found: the same, qualified
create policy docs_read on public.docs for select to authenticated
  using (tenant_id = nullif(pg_catalog.current_setting('app.tenant_id', true), '')::uuid);
