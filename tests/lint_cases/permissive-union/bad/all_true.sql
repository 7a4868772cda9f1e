-- found: FOR ALL voids the policy of each command
-- also: always-true-write, multiple-permissive-policies
create policy stocks_update on public.stocks for update to authenticated using (depot_id = (select app.user_depot_id()));
create policy "Enable all" on public.stocks for all to authenticated using (1 = 1);
