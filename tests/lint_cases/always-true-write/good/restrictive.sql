-- not found: a restrictive policy that is always true does nothing
create policy stocks_floor on public.stocks as restrictive for update to authenticated using (true);
