-- not found: the narrow one is for writing too, where the wide one is not
-- also: multiple-permissive-policies
create policy posts_manage on public.posts for all to authenticated using (author_id = (select auth.uid()));
create policy posts_read on public.posts for select to authenticated using ((select auth.uid()) is not null);
