-- emptied instead of dropped
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
truncate app.notes;
