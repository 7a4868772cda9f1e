-- CREATE ROLE … IN ROLE
create role anon nologin in role pg_read_all_data;
