-- in C
create function app.similarite(text, text) returns real as '$libdir/pg_trgm', 'similarity' language c strict;
