-- The exposed schema: the gateway's anonymous role does not even enter it.
revoke all on schema public from public, anon, authenticated, service_role;
grant usage on schema public to authenticated, service_role;
