-- set later
create function app.tva(m numeric) returns numeric language sql as 'select m * 0.16';
alter function app.tva(numeric) set search_path = pg_catalog, pg_temp;
