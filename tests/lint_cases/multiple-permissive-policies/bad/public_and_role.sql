-- found: what is for all roles is for authenticated too
-- also: policy-to-public
create policy own on public.docs for delete to authenticated using (owner_id = (select auth.uid()));
create policy drafts on public.docs for delete to public using (draft and author_id = (select auth.uid()));
