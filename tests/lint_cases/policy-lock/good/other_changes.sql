-- other changes of an older table are not about policies
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
alter table app.notes add column titre text;
drop trigger if exists x on app.notes;
alter table app.notes rename column nom to auteur;
