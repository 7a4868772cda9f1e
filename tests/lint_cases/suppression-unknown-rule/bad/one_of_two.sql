-- the first is one, the second is none
-- rempart: allow psql-command, policies: for psql alone
\echo done
create schema app;
