-- the server's role
create role service_role nologin bypassrls;
