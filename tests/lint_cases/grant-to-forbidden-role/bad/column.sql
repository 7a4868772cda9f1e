-- anon reads a column
grant select (id, nom) on public.depots to anon;
