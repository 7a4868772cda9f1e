-- a server's role
create table public.notes (id int primary key);
grant select on table public.notes to service_role;
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (id > 0);
