-- not found: one permissive, one restrictive
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy docs_floor on public.docs as restrictive for all to authenticated using (tenant_id = (select app.tenant_id()));
