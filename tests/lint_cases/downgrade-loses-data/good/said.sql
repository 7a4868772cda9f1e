-- it says why nothing is lost
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
-- rempart: allow downgrade-loses-data: a cache, filled again by the next request
drop table app.notes;
