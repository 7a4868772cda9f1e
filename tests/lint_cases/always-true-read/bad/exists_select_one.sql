-- found: a query without FROM has a row
create policy stocks_read on public.stocks for select to authenticated using (exists (select 1));
