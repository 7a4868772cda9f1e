-- Helpers that policies, triggers and views call. No API role has USAGE: a policy needs EXECUTE only.
create schema app;
revoke all on schema app from public, anon, authenticated, service_role;
