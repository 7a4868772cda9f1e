-- another table
grant select on table public.clients to authenticated;
revoke select (email) on table public.profils from authenticated;
