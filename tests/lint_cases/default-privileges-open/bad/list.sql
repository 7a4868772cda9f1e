-- hidden in a list
alter default privileges in schema public grant all on tables to postgres, anon, authenticated, service_role;
