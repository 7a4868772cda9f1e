-- outside of a DO block squawk reads it
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
alter table app.notes alter column id type bigint;
