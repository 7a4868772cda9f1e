-- not found: a restrictive policy only narrows, and a floor for all roles is what one wants
create policy tenant_floor on public.notes as restrictive
  using (tenant_id = (select (current_setting('app.tenant_id', true))::uuid));
