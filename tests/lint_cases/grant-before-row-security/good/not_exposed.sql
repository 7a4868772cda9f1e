-- not offered by the gateway
create table prive.notes (id int primary key);
grant select on table prive.notes to rapporteur;
