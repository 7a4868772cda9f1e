-- the classic
alter default privileges in schema public revoke execute on functions from public;
