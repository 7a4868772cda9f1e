-- found: the restrictive policy is for another role
create policy stocks_read on public.stocks for select to authenticated using (true);
create policy floor on public.stocks as restrictive for select to auditor using (depot_id is not null);
