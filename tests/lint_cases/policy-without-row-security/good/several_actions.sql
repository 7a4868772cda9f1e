-- not found: enabled among other actions of one ALTER TABLE
create table public.notes (id uuid primary key, author_id uuid);
alter table only public.notes
  add column body text,
  enable row level security,
  force row level security;
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
