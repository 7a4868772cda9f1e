-- the global one was closed before: redundant, not misleading
alter default privileges revoke all on functions from public;
alter default privileges in schema public revoke all on functions from public;
