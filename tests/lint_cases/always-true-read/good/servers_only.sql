-- not found: row security does not apply to the servers' role
create policy "Service role reads all" on public.stocks for select to service_role using (true);
