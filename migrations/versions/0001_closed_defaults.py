"""Closes what the platform leaves open, now and for objects to come."""

from rempart.revisions import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- The tool's own objects: the version table and the record of what was closed.
create schema if not exists rempart;
revoke all on schema rempart from public, anon, authenticated, service_role;

-- What the first revision took away, so that its downgrade gives back exactly that.
create table rempart.closed_privileges (
    object_type text not null,
    schema_name text,
    grantee text not null,
    privilege text not null,
    grantable boolean not null
);
comment on table rempart.closed_privileges is
    'Privileges that were open before the first revision closed them; its downgrade restores them.';
comment on column rempart.closed_privileges.object_type is
    'SCHEMA for a grant on a schema; TABLES, SEQUENCES, FUNCTIONS or SCHEMAS for a default privilege';
comment on column rempart.closed_privileges.schema_name is
    'The schema; NULL for default privileges that hold in every schema';
alter table rempart.closed_privileges enable row level security;
revoke all on table rempart.closed_privileges from public, anon, authenticated, service_role;

-- What stands open now, before it is closed: privileges on the exposed schema, and the owner's default privileges,
-- those built into Postgres (EXECUTE for PUBLIC on functions) included.
insert into rempart.closed_privileges (object_type, schema_name, grantee, privilege, grantable)
select 'SCHEMA', n.nspname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, a.is_grantable
from pg_catalog.pg_namespace n
cross join lateral pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a
left join pg_catalog.pg_roles r on r.oid = a.grantee
where n.nspname = 'public'
    and (a.grantee = 0 or r.rolname in ('anon', 'authenticated', 'service_role'))
union all
select k.object_type, n.nspname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, a.is_grantable
from (values
    ('r'::"char", 'r'::"char", 'TABLES'), ('S', 's', 'SEQUENCES'), ('f', 'f', 'FUNCTIONS'), ('n', 'n', 'SCHEMAS')
) k (code, built_in_code, object_type)
cross join lateral (
    select d.defaclnamespace, d.defaclacl from pg_catalog.pg_default_acl d
    where d.defaclobjtype = k.code and d.defaclrole = current_user::regrole
    union all
    select 0, pg_catalog.acldefault(k.built_in_code, current_user::regrole)
    where not exists (
        select from pg_catalog.pg_default_acl d
        where d.defaclobjtype = k.code and d.defaclrole = current_user::regrole and d.defaclnamespace = 0)
) d
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
cross join lateral pg_catalog.aclexplode(d.defaclacl) a
left join pg_catalog.pg_roles r on r.oid = a.grantee
where (d.defaclnamespace = 0 or n.nspname = 'public')
    and (a.grantee = 0 or r.rolname in ('anon', 'authenticated', 'service_role'));

-- The exposed schema: the gateway's anonymous role does not even enter it.
revoke all on schema public from public, anon, authenticated, service_role;
grant usage on schema public to authenticated, service_role;

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

-- Helpers that policies, triggers and views call. No API role has USAGE: a policy needs EXECUTE only.
create schema app;
revoke all on schema app from public, anon, authenticated, service_role;
"""
    )


def downgrade() -> None:
    execute(
        """
revoke all on schema public from authenticated, service_role;

-- Gives back what the upgrade recorded, on the schema and as default privileges.
do $$
declare
    v_closed rempart.closed_privileges;
begin
    for v_closed in select * from rempart.closed_privileges loop
        if v_closed.object_type = 'SCHEMA' then
            -- rempart: allow dynamic-sql: the names are those the upgrade recorded, quoted
            execute format('grant %s on schema %I to %s%s',
                v_closed.privilege, v_closed.schema_name,
                case v_closed.grantee when 'PUBLIC' then 'public' else quote_ident(v_closed.grantee) end,
                case when v_closed.grantable then ' with grant option' else '' end);
        else
            -- rempart: allow dynamic-sql: the names are those the upgrade recorded, quoted
            execute format('alter default privileges %s grant %s on %s to %s%s',
                case when v_closed.schema_name is null then '' else format('in schema %I', v_closed.schema_name) end,
                v_closed.privilege, v_closed.object_type,
                case v_closed.grantee when 'PUBLIC' then 'public' else quote_ident(v_closed.grantee) end,
                case when v_closed.grantable then ' with grant option' else '' end);
        end if;
    end loop;
end
$$;

-- rempart: allow downgrade-loses-data: its rows were given back just now
drop table rempart.closed_privileges;
drop schema app;
"""
    )
