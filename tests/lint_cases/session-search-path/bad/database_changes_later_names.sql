-- The table lands in another schema than it seems: its row security is judged for the wrong one.
-- upgrade 0001
alter database postgres set search_path to prive, public;
-- upgrade 0002
create table notes (id int);
