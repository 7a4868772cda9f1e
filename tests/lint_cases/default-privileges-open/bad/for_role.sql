-- for another creator
alter default privileges for role depot_owner in schema public grant all on sequences to anon;
