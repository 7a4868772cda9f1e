-- found: every text matches the pattern
create policy comments_insert on public.comments for insert to authenticated with check (body like '%');
