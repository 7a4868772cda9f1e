-- in SQL
create function app.tva(m numeric) returns numeric language sql immutable as 'select m * 0.16';
