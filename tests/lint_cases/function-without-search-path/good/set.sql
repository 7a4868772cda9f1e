-- with a path
create function app.tva(m numeric) returns numeric language sql immutable set search_path = '' as 'select m * 0.16';
