-- PUBLIC reads a table
grant select on public.depots to public;
