-- Without the option.
grant select on public.notes to authenticated;
grant select on public.notes to depot_owner with grant option;
