-- ALL on all tables
grant all on all tables in schema public to authenticated;
