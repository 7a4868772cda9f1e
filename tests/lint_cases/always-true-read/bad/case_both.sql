-- found: each branch is true
create policy stocks_read on public.stocks for select to authenticated
  using (case when archived then not false else 'yes'::boolean end);
