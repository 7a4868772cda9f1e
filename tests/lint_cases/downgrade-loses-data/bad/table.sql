-- the table goes, whatever is in it
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
drop table app.notes;
