-- users become the server
grant service_role to authenticated;
