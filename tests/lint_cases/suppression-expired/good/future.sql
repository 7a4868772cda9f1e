-- the day is to come
-- rempart: allow psql-command until 2999-01-31: for psql alone
\echo done
create schema app;
