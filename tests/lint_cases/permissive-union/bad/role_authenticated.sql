-- found: the role of every user, asked in the condition
-- also: multiple-permissive-policies
create policy stocks_scoped on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy stocks_all_users on public.stocks for select to authenticated using ((select auth.role()) = 'authenticated');
