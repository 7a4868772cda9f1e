-- Every table to come, with TRUNCATE.
alter default privileges in schema public grant all on tables to authenticated;
