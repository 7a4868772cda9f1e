-- only the grant option
revoke grant option for select on table public.clients from public;
