-- found: a claim that is missing
create policy docs_read on public.docs for all to authenticated
  using ((select auth.jwt() ->> 'tenant_id') is null or tenant_id::text = (select auth.jwt() ->> 'tenant_id'));
