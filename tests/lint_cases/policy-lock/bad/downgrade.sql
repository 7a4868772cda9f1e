-- a downgrade that takes back a policy on an older table
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
create policy notes_read on app.notes for select to authenticated using (id > 0);
-- downgrade 0002
drop policy notes_read on app.notes;
