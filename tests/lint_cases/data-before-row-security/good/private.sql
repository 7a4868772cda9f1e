-- not offered by the gateway
create table prive.notes (id int primary key);
insert into prive.notes values (1);
