-- not found: the values are checked
create policy feedback_insert on public.feedback for insert to authenticated
  with check (char_length(message) between 1 and 2000 and author_id = (select auth.uid()));
