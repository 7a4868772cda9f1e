-- found: true for every value of the column, and for none
create policy stocks_read on public.stocks for select to authenticated
  using (stocks.depot_id = depot_id or depot_id is null);
