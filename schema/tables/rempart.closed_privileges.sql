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
