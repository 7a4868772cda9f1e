-- of this session only
create temporary view actifs as select id from public.depots;
