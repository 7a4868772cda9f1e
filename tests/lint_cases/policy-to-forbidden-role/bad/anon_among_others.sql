-- found: anon beside authenticated
create policy menu_read on public.menu_items for select to authenticated, anon
  using (published and starts_at <= now());
