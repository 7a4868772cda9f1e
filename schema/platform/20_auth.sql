-- The platform's schema of accounts and the functions that read the claims of a request.
-- It belongs to the platform: the owner may refer to accounts, and no session may read them.
create schema auth authorization platform_admin;
grant usage on schema auth to anon, authenticated, service_role, depot_owner;

set role platform_admin;

create table auth.users (
    id uuid not null default gen_random_uuid(),
    email text,
    created_at timestamptz default now(),
    constraint users_pkey primary key (id)
);
grant select, insert, update, delete, references on table auth.users to depot_owner;
grant select on table auth.users to service_role;

-- Two forms of claims exist: one JSON setting, and the older one setting a claim.
create function auth.uid() returns uuid
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;

create function auth.role() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

reset role;
