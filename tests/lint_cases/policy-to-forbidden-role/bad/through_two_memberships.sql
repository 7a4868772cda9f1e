-- found: membership of a member counts; it is granted after the policy
create policy menu_read on public.menu_items for select to lecteurs using (published);
create role visitors nologin;
grant lecteurs to visitors;
grant visitors to anon;
