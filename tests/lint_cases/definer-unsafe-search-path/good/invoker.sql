-- with the caller's rights there is nothing to win
create function app.f() returns bigint language sql set search_path = public as 'select count(*) from depots';
