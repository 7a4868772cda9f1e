-- other comments may stand between
-- rempart: allow psql-command: for psql alone
-- the file ends with a word to the reader
\echo done
create schema app;
