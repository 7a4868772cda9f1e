-- found: without FOR a policy is for all commands
create policy stocks_all on public.stocks to authenticated using ((select 1 = 1));
