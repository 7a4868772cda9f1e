-- directly above
-- rempart: allow psql-command: for psql alone
\echo done
create schema app;
