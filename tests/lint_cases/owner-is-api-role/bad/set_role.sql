-- What a role creates is its own.
set role authenticated;
create table prive.notes (id int);
