-- not found: nothing at all
create policy nobody on public.stocks for delete to authenticated using (false and true);
