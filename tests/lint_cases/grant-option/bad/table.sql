-- A client may hand the table on.
grant select, insert on public.notes to authenticated with grant option;
