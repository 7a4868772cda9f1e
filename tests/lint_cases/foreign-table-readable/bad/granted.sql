-- granted to users
create foreign table prive.distant (id int) server autre;
grant select on prive.distant to authenticated;
