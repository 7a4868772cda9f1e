-- routines are functions
alter default privileges in schema public revoke execute on routines from public, anon;
