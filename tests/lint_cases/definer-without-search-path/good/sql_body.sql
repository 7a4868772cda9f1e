-- names of a SQL-standard body are bound when it is created
create function app.compter() returns bigint language sql security definer
begin atomic select count(*) from public.depots; end;
