-- found: two equal texts
create policy stocks_delete on public.stocks for delete to authenticated using ('a' = 'a');
