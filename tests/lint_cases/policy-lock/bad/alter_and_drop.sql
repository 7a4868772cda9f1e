-- altering and dropping policies of an earlier revision
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
create policy notes_read on app.notes for select to authenticated using (id > 0);
create policy notes_add on app.notes for insert to authenticated with check (id > 0);
-- upgrade 0002
alter policy notes_read on app.notes using (id > 1);
alter policy notes_add on app.notes rename to notes_insert;
drop policy notes_insert on app.notes;
