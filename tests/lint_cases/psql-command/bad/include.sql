-- another file comes in
\i policies.sql
create schema app;
