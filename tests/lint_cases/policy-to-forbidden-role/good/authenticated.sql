-- not found: accounts only
create policy menu_read on public.menu_items for select to authenticated using (published);
