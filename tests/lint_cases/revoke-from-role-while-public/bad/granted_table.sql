-- PUBLIC was granted it
-- also: grant-to-public
grant select on table public.clients to public;
revoke select on table public.clients from anon;
