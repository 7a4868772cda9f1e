-- a column
create table public.notes (id int primary key);
grant select (id) on public.notes to authenticated;
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (id > 0);
