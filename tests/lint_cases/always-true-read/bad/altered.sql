-- found: ALTER POLICY opens it
create policy stocks_read on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
alter policy stocks_read on public.stocks using (not (not true));
