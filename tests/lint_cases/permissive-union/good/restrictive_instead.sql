-- not found: the narrow one is restrictive
create policy stocks_read on public.stocks for select to authenticated using (true);
create policy stocks_scoped on public.stocks as restrictive for select to authenticated
  using (depot_id = (select app.user_depot_id()));
