-- no option
create view public.actifs as select id from public.depots;
