-- a trigger on a view runs as whoever writes next
create view public.totaux with (security_invoker = true) as select count(*) as n from public.receptions;
grant select, truncate, trigger on table public.totaux to authenticated;
