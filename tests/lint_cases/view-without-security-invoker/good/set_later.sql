-- set by ALTER VIEW
create view public.actifs as select id from public.depots;
alter view public.actifs set (security_invoker = true);
