-- the day has passed
-- rempart: allow psql-command until 2020-01-31: for psql alone
\echo done
create schema app;
-- also: psql-command
