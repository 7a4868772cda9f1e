-- found: a restrictive policy beside it does not make it less public
create policy floor on public.notes as restrictive to public using (tenant_id = (select app.tenant_id()));
create policy notes_read on public.notes for select to public using (author_id = (select auth.uid()));
