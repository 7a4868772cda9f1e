-- not found: a column compared with its own normal form
create policy posts_read on public.posts for select to authenticated using (slug = lower(slug));
