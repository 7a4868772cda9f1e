-- not found: one's own row
create policy stocks_insert on public.stocks for insert to authenticated with check (owner_id = (select auth.uid()));
