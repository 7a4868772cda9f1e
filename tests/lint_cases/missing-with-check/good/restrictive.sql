-- not found: restrictive policies only narrow
create policy notes_floor on public.notes as restrictive for update to authenticated
  using (tenant_id = (select app.tenant_id())) with check (true);
