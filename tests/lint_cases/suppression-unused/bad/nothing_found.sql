-- nothing to allow
-- rempart: allow psql-command: for psql alone
create schema app;
