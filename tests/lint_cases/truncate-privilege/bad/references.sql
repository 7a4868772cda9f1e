-- REFERENCES tells which keys exist
grant references on table public.receptions to authenticated;
