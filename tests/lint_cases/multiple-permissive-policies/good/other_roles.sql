-- not found: each role has one
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy docs_audit on public.docs for select to auditor using (audited);
