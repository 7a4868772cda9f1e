-- a column is enough
grant select (email) on table public.profils to public;
