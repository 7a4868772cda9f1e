-- found: never NULL, always true
create policy stocks_update on public.stocks for update to authenticated
  using (depot_id is not distinct from stocks.depot_id);
