-- The roles of the hosted platform, and the owner that runs migrations there.
-- Cluster-wide and idempotent: a second database on the same server installs the platform again.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'anon') then
        create role anon nologin noinherit;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
        create role authenticated nologin noinherit;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
        create role service_role nologin noinherit bypassrls;
    end if;
    -- The gateway logs in as this role and becomes one of the three above in each transaction.
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
        create role authenticator login noinherit;
    end if;
    -- The platform's own role: it creates objects too, with default privileges of its own.
    if not exists (select from pg_catalog.pg_roles where rolname = 'platform_admin') then
        create role platform_admin nologin;
    end if;
    -- The migration owner. Not a superuser: what it cannot do here it cannot do in production.
    if not exists (select from pg_catalog.pg_roles where rolname = 'depot_owner') then
        create role depot_owner login;
    end if;
end
$$;

grant anon, authenticated, service_role to authenticator;
