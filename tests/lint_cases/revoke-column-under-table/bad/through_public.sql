-- PUBLIC holds the table
-- also: grant-to-public
grant select on table public.profils to public;
revoke select (email) on table public.profils from authenticated;
