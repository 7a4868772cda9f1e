-- found: a policy for all roles voids that of one
-- also: policy-without-to, always-true-read, multiple-permissive-policies
create policy stocks_scoped on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy "Public read" on public.stocks for select using (true);
