-- anon enters the schema
grant usage on schema public to anon;
