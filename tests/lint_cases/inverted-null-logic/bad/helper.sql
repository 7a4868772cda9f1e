-- found: a function of the project that gives the tenant, or NULL
create policy docs_read on public.docs for select to authenticated
  using ((select app.current_tenant_id()) is null or tenant_id = (select app.current_tenant_id()));
