-- the right order
create table public.notes (id int primary key);
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (id > 0);
insert into public.notes values (1);
