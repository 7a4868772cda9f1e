-- found: the restrictive policy restricts nothing
create policy stocks_read on public.stocks for select to authenticated using (true);
create policy floor on public.stocks as restrictive for select to authenticated using (1 = 1);
