-- nobody can truncate a view, or refer to it
create view public.totaux with (security_invoker = true) as select count(*) as n from public.receptions;
grant select, truncate, references on table public.totaux to authenticated;
