-- a blank line cuts it off
-- rempart: allow psql-command: for psql alone

\echo done
create schema app;
-- also: psql-command
