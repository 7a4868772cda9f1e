-- not found: for servers only
create policy "Service role can manage" on public.stocks for all to service_role using (true) with check (true);
