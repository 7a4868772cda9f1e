-- found: every user is let through, so the scoping of the other keeps nobody out
-- also: multiple-permissive-policies
create policy stocks_scoped on public.stocks for select to authenticated using (depot_id = (select app.user_depot_id()));
create policy stocks_logged_in on public.stocks for select to authenticated using ((select auth.uid()) is not null);
