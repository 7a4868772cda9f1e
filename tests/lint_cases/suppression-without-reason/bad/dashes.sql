-- dashes are no reason
-- rempart: allow psql-command until 2999-12-31: ---
\echo done
create schema app;
-- also: psql-command
