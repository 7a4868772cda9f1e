-- the date is optional
-- rempart: allow psql-command: for psql alone, until we drop it
\echo done
create schema app;
