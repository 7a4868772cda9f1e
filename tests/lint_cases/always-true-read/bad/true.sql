-- found: the plain form
create policy stocks_read on public.stocks for select to authenticated using (true);
