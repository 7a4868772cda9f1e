-- ALL is the same
alter default privileges in schema public, app revoke all on functions from public;
