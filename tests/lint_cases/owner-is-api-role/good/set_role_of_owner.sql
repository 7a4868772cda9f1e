-- The owner of the schema creates; a client's session makes temporary tables in a test.
set role depot_owner;
create table prive.notes (id int);
reset role;
set role authenticated;
create temporary table seen as select 1 as id;
