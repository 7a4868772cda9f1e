-- in a list
grant select, insert, truncate on public.receptions to authenticated;
