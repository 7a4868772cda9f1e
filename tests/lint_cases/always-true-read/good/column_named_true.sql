-- not found: a column, and a text that says true
create policy posts_read on public.posts for select to authenticated using ("true" and state = 'true');
