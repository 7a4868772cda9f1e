-- switched off
create view public.actifs with (security_invoker = false) as select id from public.depots;
