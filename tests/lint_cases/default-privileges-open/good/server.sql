-- a server's role
alter default privileges in schema public grant all on tables to service_role;
