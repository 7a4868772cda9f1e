-- made a definer later
-- also: function-without-search-path
create function app.compter() returns bigint language sql as 'select count(*) from public.depots';
alter function app.compter() security definer;
create function app.autre() returns int language sql as 'select 1';
