-- not found: AND true changes nothing
create policy posts_read on public.posts for select to authenticated using (true and author_id = (select auth.uid()));
