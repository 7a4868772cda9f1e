-- found: the first part is never NULL
create policy stocks_read on public.stocks for select to authenticated
  using (coalesce(true, depot_id = (select app.user_depot_id())));
