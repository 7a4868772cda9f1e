-- the column goes, whatever is in it
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
alter table app.notes add column titre text;
-- downgrade 0002
alter table app.notes drop column if exists titre;
