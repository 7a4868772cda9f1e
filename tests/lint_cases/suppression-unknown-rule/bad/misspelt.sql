-- no such rule
-- rempart: allow psql-comand: for psql alone
create schema app;
