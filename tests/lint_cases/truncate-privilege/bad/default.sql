-- Every table to come.
alter default privileges for user postgres in schema public grant select, truncate on tables to authenticated;
