-- Servers may.
grant select on public.notes to service_role with grant option;
