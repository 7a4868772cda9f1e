-- the downgrade drops what its own revision created
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
create policy notes_read on app.notes for select to authenticated using (id > 0);
-- downgrade 0001
drop policy notes_read on app.notes;
-- rempart: allow downgrade-loses-data: the notes are made again by a job
drop table app.notes;
