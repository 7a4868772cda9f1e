-- found: a claim, in a check
create policy docs_insert on public.docs for insert to authenticated
  with check (tenant_id = (auth.jwt() ->> 'tenant_id')::uuid);
