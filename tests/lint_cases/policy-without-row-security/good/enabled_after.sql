-- not found: the order does not matter at the end
create table public.notes (id uuid primary key, author_id uuid);
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
alter table public.notes enable row level security;
