-- another way to write dates
-- rempart: allow psql-command until 31/12/2999: for psql alone
\echo done
create schema app;
-- also: psql-command
