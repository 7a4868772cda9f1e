-- behind the command
create schema app;
alter schema app owner to :owner; -- rempart: allow psql-command until 2999-01-31: run by hand
