-- not found: row security does not apply to that role
create policy docs_jobs on public.docs for select to service_role using (auth.role() = 'service_role');
