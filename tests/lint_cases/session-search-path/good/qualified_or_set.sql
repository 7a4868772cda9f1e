-- Names with a schema, or a session with a path of its own, do not depend on it.
-- upgrade 0001
create schema prive;
alter role depot_owner set search_path = prive;
-- upgrade 0002
create table prive.notes (id int);
-- upgrade 0003
set search_path = prive;
create table comptes (id int);
-- upgrade 0004
alter role depot_owner reset search_path;
-- upgrade 0005
create table journal (id int);
alter table journal enable row level security;
revoke all on table journal from public, anon, authenticated;
