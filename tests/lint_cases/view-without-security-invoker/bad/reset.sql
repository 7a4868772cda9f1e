-- the option is taken away
create view public.actifs with (security_invoker) as select id from public.depots;
alter view public.actifs reset (security_invoker);
