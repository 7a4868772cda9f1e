-- not found: public is the name of the schema here, and of a quoted policy
create policy "to public" on public.notes for select to authenticated using (author_id = (select auth.uid()));
