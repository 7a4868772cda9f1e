-- hidden in a list
-- also: grant-all
alter default privileges in schema public grant all on tables to postgres, anon, authenticated, service_role;
