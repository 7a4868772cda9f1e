-- not found: a column that is true for some rows
create policy drafts_delete on public.posts for delete to authenticated using (is_draft is true and author_id = (select auth.uid()));
