-- found: anon is the role of visitors without an account
create policy menu_read on public.menu_items for select to anon using (published);
