-- not found: the two conditions are about two columns
create policy posts_read on public.posts for select to authenticated using (published_at is null or archived_at is not null);
