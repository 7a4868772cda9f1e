-- found: a setting
create policy docs_read on public.docs for select to authenticated
  using (tenant_id = current_setting('app.tenant_id', true)::uuid);
