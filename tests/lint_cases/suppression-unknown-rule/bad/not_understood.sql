-- no such word
-- rempart: ignore psql-command
create schema app;
