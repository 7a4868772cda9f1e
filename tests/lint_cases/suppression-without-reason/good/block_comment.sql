-- a block comment serves as well
/* rempart: allow psql-command: the script
   is for psql alone */
\echo done
create schema app;
