-- not found: it decides who, not which row
create policy stocks_all on public.stocks for all to authenticated
  using ((select app.user_role()) = 'admin') with check ((select app.user_role()) = 'admin');
