-- replaced without the option
create view public.actifs with (security_invoker = on) as select id from public.depots;
create or replace view public.actifs as select id, nom from public.depots;
