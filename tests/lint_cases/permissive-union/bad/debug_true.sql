-- found: one policy is always true, and voids the scoping of the other
-- also: always-true-read, multiple-permissive-policies
create policy stocks_scoped on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy stocks_debug on public.stocks for select to authenticated using (true);
