-- found: switched off at the end
-- also: row-security-disabled
create table public.notes (id uuid primary key, author_id uuid);
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (author_id = (select auth.uid()));
alter table public.notes disable row level security;
