-- not found: NOT EXISTS of a query that has a row is false, and the other depends on data
create policy posts_read on public.posts for select to authenticated
  using (not exists (select 1 from public.bans where bans.user_id = posts.author_id));
