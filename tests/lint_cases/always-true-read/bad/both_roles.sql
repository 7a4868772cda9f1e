-- found: every request has one of these roles
create policy stocks_read on public.stocks for select to authenticated
  using ((select auth.role()) in ('anon', 'authenticated'));
