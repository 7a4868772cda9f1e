-- an empty path, and a bare table name: the caller's temporary table is found
create function app.f() returns bigint language sql security definer set search_path = '' as 'select count(*) from depots';
