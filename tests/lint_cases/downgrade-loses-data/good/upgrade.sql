-- an upgrade that drops is another matter
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
drop table app.notes;
