-- it covers one statement only
-- rempart: allow psql-command: for psql alone
\echo done
\echo done again
-- rempart: allow psql-command: for psql alone
create schema app;
-- also: psql-command
