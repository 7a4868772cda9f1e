-- for a named creator
alter default privileges for role depot_owner in schema public revoke execute on functions from public;
