-- the option
create view public.actifs with (security_invoker = on, security_barrier = true) as select id from public.depots;
