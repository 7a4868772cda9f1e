-- anon reads a table
grant select on table public.depots to anon;
