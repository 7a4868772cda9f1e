-- copied rows
create table public.notes (id int primary key);
insert into public.notes select id from public.archives;
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (id > 0);
