-- a temporary table
create temporary table notes (id int primary key);
insert into notes values (1);
