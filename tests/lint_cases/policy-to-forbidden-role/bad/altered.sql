-- found: ALTER POLICY adds anon
create policy menu_read on public.menu_items for select to authenticated using (published);
alter policy menu_read on public.menu_items to authenticated, anon;
