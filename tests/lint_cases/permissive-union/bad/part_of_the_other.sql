-- found: the second asks for less than the first, and for nothing else
-- also: multiple-permissive-policies
create policy posts_own_published on public.posts for select to authenticated
  using (published and author_id = (select auth.uid()));
create policy posts_published on public.posts for select to authenticated using (published);
