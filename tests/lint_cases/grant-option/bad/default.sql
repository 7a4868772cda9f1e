-- Every table to come.
alter default privileges for role postgres in schema public
    grant select on tables to authenticated with grant option;
