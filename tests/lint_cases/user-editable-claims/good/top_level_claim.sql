-- not found: a claim that the issuer writes
create policy docs_read on public.docs for select to authenticated
  using (tenant_id::text = (select auth.jwt() ->> 'tenant_id'));
