-- not exposed
create foreign table prive.distant (id int) server autre;
