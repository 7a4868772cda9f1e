-- found: one of both is always so
create policy stocks_read on public.stocks for select to authenticated
  using (deleted_at is null or deleted_at is not null);
