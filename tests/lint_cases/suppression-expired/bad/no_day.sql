-- there is no such day
-- rempart: allow psql-command until 2999-02-30: for psql alone
\echo done
create schema app;
-- also: psql-command
