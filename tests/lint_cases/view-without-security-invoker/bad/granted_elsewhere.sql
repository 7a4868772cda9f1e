-- not exposed, but granted
create view prive.actifs as select id from public.depots;
grant select on prive.actifs to authenticated;
