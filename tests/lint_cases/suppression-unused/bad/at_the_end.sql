-- no statement follows
create schema app;

-- rempart: allow psql-command: for psql alone
