-- found: constants compared
create policy stocks_read on public.stocks for select to authenticated using ( (1 = 1) );
