-- What the owner creates from now on is closed to everybody until a grant says otherwise.
-- Global first: PUBLIC's EXECUTE on functions is a global default that "in schema" cannot take away.
alter default privileges revoke all on tables from public, anon, authenticated, service_role;
alter default privileges revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges revoke all on functions from public, anon, authenticated, service_role;
alter default privileges revoke all on schemas from public, anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on functions from public, anon, authenticated, service_role;
