-- PUBLIC holds nothing on a table
revoke all on table public.clients from anon;
