-- a temporary table of the downgrade itself
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
create temporary table scratch (id int);
drop table scratch;
