-- found: any row may be taken, though it must become one's own
create policy stocks_update on public.stocks for update to authenticated
  using (not false) with check (owner_id = (select auth.uid()));
