-- every table of the schema
grant select on all tables in schema public to anon, authenticated;
