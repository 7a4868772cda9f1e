-- found: rows of any tenant may be inserted
create policy notes_tenant on public.notes for all to authenticated
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (1 = 1);
