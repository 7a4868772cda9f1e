-- found: the policy is there, row security is not
create table public.notes (id uuid primary key, author_id uuid);
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
