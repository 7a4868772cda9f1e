-- found: "Notes" and notes are two tables
create table public."Notes" (id uuid primary key, author_id uuid);
alter table public.notes enable row level security;
create policy notes_read on public."Notes" for select to authenticated using (author_id = (select auth.uid()));
