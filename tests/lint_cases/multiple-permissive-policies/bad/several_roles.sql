-- found: the roles overlap in one
create policy own on public.docs for select to authenticated, auditor using (owner_id = (select auth.uid()));
create policy audit on public.docs for select to auditor, authenticated using (audited);
