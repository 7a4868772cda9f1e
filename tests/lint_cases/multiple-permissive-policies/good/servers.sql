-- not found: the servers' role is subject to none
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy "Service role" on public.docs for all to service_role using (true) with check (true);
