-- the revision creates the table itself
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
create policy notes_read on app.notes for select to authenticated using (id > 0);
