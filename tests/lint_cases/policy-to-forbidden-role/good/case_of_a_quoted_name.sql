-- not found: "Anon" is not anon
create policy menu_read on public.menu_items for select to "Anon" using (published);
