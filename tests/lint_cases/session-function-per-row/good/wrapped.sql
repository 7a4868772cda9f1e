-- not found: each form of wrapping
create policy docs_read on public.docs for select to authenticated
  using (owner_id = (select auth.uid()) or ((select (auth.jwt() ->> 'tenant_id')::uuid)) = tenant_id);
