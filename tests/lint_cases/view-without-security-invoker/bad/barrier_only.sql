-- a barrier is not it
create view public.actifs with (security_barrier) as select id from public.depots;
