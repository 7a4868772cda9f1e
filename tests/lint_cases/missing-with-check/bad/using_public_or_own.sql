-- found: a condition for reading, used for writing: whoever sets is_public may write the row
create policy notes_all on public.notes for all to authenticated
  using (is_public or author_id = (select auth.uid()));
