-- not found: visitors is a member of anon, so anon does not get what visitors gets
create role visitors nologin;
grant anon to visitors;
create policy menu_read on public.menu_items for select to visitors using (published);
