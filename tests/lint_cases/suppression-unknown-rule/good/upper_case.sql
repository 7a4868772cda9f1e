-- letters of any case
-- Rempart: Allow PSQL-command: for psql alone
\echo done
create schema app;
