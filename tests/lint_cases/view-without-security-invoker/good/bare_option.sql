-- an option without a value is on
create view public.actifs with (security_invoker) as select id from public.depots;
