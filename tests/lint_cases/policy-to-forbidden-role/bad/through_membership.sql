-- found: anon is a member of visitors, so what visitors get, anon gets
create role visitors nologin;
grant visitors to anon;
create policy menu_read on public.menu_items for select to visitors using (published);
