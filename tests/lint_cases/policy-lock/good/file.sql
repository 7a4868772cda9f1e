-- a declared state is not run on a database in use
create table app.notes (id int);
alter table app.notes enable row level security;
create policy notes_read on app.notes for select to authenticated using (id > 0);
