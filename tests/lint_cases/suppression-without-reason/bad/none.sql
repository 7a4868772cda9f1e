-- no colon, no reason
-- rempart: allow psql-command
\echo done
create schema app;
-- also: psql-command
