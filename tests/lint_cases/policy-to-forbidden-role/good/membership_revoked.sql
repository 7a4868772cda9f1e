-- not found: the membership was taken back
create role visitors nologin;
grant visitors to anon;
revoke visitors from anon;
create policy menu_read on public.menu_items for select to visitors using (published);
