-- found: in a loop over commands that is written out
do $$
begin
  drop policy if exists stocks_delete on public.stocks;
  create policy stocks_delete on public.stocks for delete to authenticated using (nullif('', '') is null);
end
$$;
