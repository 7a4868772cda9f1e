-- takes away what a default of the schema gave
alter default privileges in schema public revoke execute on functions from anon;
