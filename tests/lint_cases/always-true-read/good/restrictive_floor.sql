-- not found: the restrictive policy narrows what this one opens
create policy stocks_read on public.stocks for select to authenticated using (true);
create policy floor on public.stocks as restrictive for select to authenticated
  using (depot_id = (select app.user_depot_id()));
