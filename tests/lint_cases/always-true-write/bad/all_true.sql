-- found: everything
create policy stocks_all on public.stocks for all to authenticated using (true) with check (true);
