-- not found: all rows for another role, which no request runs as
create policy stocks_scoped on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy stocks_reporting on public.stocks for select to reporting using (true);
