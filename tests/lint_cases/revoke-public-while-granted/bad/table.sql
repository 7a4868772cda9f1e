-- a table
-- also: grant-to-forbidden-role
grant select on table public.clients to anon;
revoke all on table public.clients from public;
