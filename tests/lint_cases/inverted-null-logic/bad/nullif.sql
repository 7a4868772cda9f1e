-- found: made NULL when empty, then let through when NULL
create policy docs_read on public.docs for select to authenticated
  using ((select nullif(current_setting('app.tenant_id', true), '')::uuid) is null
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
