-- CREATE on the exposed schema
grant create on schema public to authenticated;
