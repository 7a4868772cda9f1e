-- not found: current_setting without missing_ok raises an error, it never gives NULL
create policy docs_read on public.docs for select to authenticated
  using ((select current_setting('app.tenant_id')) is null
    or tenant_id = (select current_setting('app.tenant_id')));
