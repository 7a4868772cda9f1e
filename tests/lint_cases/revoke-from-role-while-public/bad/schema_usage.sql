-- a schema
-- also: grant-to-public
create schema rapports;
grant usage on schema rapports to public;
revoke usage on schema rapports from anon;
