-- not found: it depends on the row
create policy stocks_read on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
