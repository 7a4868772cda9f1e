-- not found: NULL when the condition does not hold, and NULL lets nothing through
create policy posts_read on public.posts for select to authenticated using (case when published then true end);
