-- DELETE is under row security
grant delete on table public.receptions to authenticated;
