-- not found: the TO clause is there, between a name and comments that look like other things
create policy "visible to owner using (true)" on public.notes /* to public */
  for select
  to authenticated -- to everybody
  using (author_id = (select auth.uid()));
