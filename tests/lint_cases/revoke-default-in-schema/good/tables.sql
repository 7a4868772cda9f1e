-- PUBLIC has no built-in privilege on tables
alter default privileges in schema public revoke all on tables from public;
