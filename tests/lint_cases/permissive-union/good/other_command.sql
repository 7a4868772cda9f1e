-- not found: everybody reads, the owner writes
create policy posts_read on public.posts for select to authenticated using (published or author_id = (select auth.uid()));
create policy posts_write on public.posts for insert to authenticated with check (author_id = (select auth.uid()));
