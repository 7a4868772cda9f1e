-- a schema
-- also: grant-to-forbidden-role
create schema rapports;
grant usage on schema rapports to anon;
revoke all on schema rapports from public;
