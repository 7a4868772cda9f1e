-- The hostile defaults of the hosted platform: whatever is created in the exposed schema is open to every
-- API role. Without them the tests would prove nothing.
grant usage on schema public to anon, authenticated, service_role;

alter default privileges for role depot_owner in schema public
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role depot_owner in schema public
    grant all on sequences to anon, authenticated, service_role;
alter default privileges for role depot_owner in schema public
    grant all on functions to anon, authenticated, service_role;

alter default privileges for role platform_admin in schema public
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role platform_admin in schema public
    grant all on sequences to anon, authenticated, service_role;
alter default privileges for role platform_admin in schema public
    grant all on functions to anon, authenticated, service_role;
