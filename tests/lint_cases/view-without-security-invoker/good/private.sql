-- in a schema of its own, granted to nobody
create view prive.actifs as select id from public.depots;
