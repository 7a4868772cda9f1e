-- nothing behind the colon
-- rempart: allow psql-command:
\echo done
create schema app;
-- also: psql-command
