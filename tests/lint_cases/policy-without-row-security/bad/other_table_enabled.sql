-- found: row security was enabled on another table of almost the same name
create table public.notes (id uuid primary key, author_id uuid);
create table public.note (id uuid primary key, author_id uuid);
alter table public.note enable row level security;
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
create policy note_read on public.note for select to authenticated using (author_id = (select auth.uid()));
