-- not found: for INSERT as well
create policy notes_tenant on public.notes for all to authenticated using (tenant_id = (select app.tenant_id()));
