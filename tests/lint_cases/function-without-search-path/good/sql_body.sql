-- a SQL-standard body
create function app.tva(m numeric) returns numeric language sql immutable return m * 0.16;
