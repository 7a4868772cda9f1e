"""What the catalog says of anon and of the public: every way to be let in that an attempt may not stumble upon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

# The hosted platform's own schemas: what it grants there is not the project's to close. Their relations are tried.
PLATFORM_SCHEMAS = ("auth",)

# Each query returns one text a finding. %(exposed)s are the exposed schemas, %(platform)s the platform's.
_PROJECT = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all(%(platform)s)"
_OUTSIDER = "(a.grantee = 0 or a.grantee = 'anon'::regrole)"
_GRANTEE = "case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end"
_KIND = (
    "case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'S' then 'sequence'"
    " when 'm' then 'materialized view' when 'f' then 'foreign table' else c.relkind::text end"
)

_QUERIES = (
    # Privileges of anon and PUBLIC on schemas, relations, columns and functions.
    f"""
    select format('schema %%I: %%s for %%s', n.nspname, a.privilege_type, {_GRANTEE})
    from pg_namespace n
    cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    where {_PROJECT} and {_OUTSIDER}
    """,
    f"""
    select format('%%s %%I.%%I: %%s for %%s', {_KIND}, n.nspname, c.relname, a.privilege_type, {_GRANTEE})
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral aclexplode(coalesce(c.relacl,
        acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) a
    where {_PROJECT} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and {_OUTSIDER}
    """,
    f"""
    select format('column %%I.%%I.%%I: %%s for %%s', n.nspname, c.relname, t.attname, a.privilege_type, {_GRANTEE})
    from pg_attribute t
    join pg_class c on c.oid = t.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral aclexplode(t.attacl) a
    where {_PROJECT} and not t.attisdropped and {_OUTSIDER}
    """,
    f"""
    select format('%%sfunction %%s: EXECUTE for %%s', case when p.prosecdef then 'security definer ' else '' end,
        p.oid::regprocedure, {_GRANTEE})
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where {_PROJECT} and {_OUTSIDER}
    """,
    # What the next object would be open to: the defaults of everybody who creates objects of the project, those
    # built into Postgres included. Users without a profile are authenticated too.
    f"""
    select format('default privilege of %%s%%s: %%s on %%s for %%s', r.rolname,
        coalesce(' in schema ' || d.schema_name, ''), a.privilege_type, k.kind, {_GRANTEE})
    from pg_roles r
    cross join (values ('r', 'tables'), ('S', 'sequences'), ('f', 'functions'), ('n', 'schemas')) k (code, kind)
    cross join lateral (
        select n.nspname::text as schema_name, e.defaclacl as acl
        from pg_default_acl e left join pg_namespace n on n.oid = e.defaclnamespace
        where e.defaclrole = r.oid and e.defaclobjtype = k.code::"char"
            and (n.nspname is null or n.nspname <> all(%(platform)s))
        union all
        select null, acldefault(case k.code when 'S' then 's' else k.code end::"char", r.oid)
        where not exists (select from pg_default_acl e
            where e.defaclrole = r.oid and e.defaclobjtype = k.code::"char" and e.defaclnamespace = 0)
    ) d
    cross join lateral aclexplode(d.acl) a
    where not r.rolsuper and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
        and r.oid in (
            select datdba from pg_database where datname = current_database()
            union all
            select c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_PROJECT}
            union all
            select p.proowner from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {_PROJECT})
    """,
    # Row security: off, or opened to everybody. A policy count would see neither.
    """
    select format('table %%I.%%I: row security is off', n.nspname, c.relname)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%(exposed)s) and c.relkind in ('r', 'p') and not c.relrowsecurity
    """,
    f"""
    select format('policy %%I on %%I.%%I: for %%s', p.polname, n.nspname, c.relname,
        case a.grantee when 0 then 'PUBLIC' else 'anon' end)
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral unnest(p.polroles) a (grantee)
    where {_OUTSIDER}
    """,
    # Relations to which row security does not apply.
    f"""
    select format('view %%I.%%I: runs with the rights of its owner', n.nspname, c.relname)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where {_PROJECT} and c.relkind = 'v' and not exists (
        select from pg_options_to_table(c.reloptions) o
        where o.option_name = 'security_invoker' and o.option_value::boolean)
    """,
    f"""
    select format('%%s %%I.%%I: knows no row security, and %%s has %%s', {_KIND}, n.nspname, c.relname,
        {_GRANTEE}, a.privilege_type)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral aclexplode(c.relacl) a
    where {_PROJECT} and c.relkind in ('m', 'f') and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
    """,
    # What the two roles are, and whom they can become.
    """
    select format('role %%s: is a member of %%s', m.rolname, r.rolname)
    from pg_roles m cross join pg_roles r
    where m.rolname in ('anon', 'authenticated') and r.oid <> m.oid and pg_has_role(m.oid, r.oid, 'MEMBER')
    """,
    """
    select format('role %%s: has %%s', r.rolname, k.attribute)
    from pg_roles r
    cross join lateral (values
        ('SUPERUSER', r.rolsuper), ('BYPASSRLS', r.rolbypassrls), ('CREATEROLE', r.rolcreaterole),
        ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication), ('LOGIN', r.rolcanlogin)) k (attribute, held)
    where r.rolname in ('anon', 'authenticated') and k.held
    """,
    # The right to create, and to set what only superusers set.
    """
    select format('%%s %%I: CREATE for %%s', k.kind, k.name, k.role)
    from (
        select 'schema' as kind, n.nspname as name, r.role
        from pg_namespace n cross join (values ('anon'), ('authenticated')) r (role)
        where has_schema_privilege(r.role, n.oid, 'CREATE')
        union all
        select 'database', current_database(), r.role
        from (values ('anon'), ('authenticated')) r (role)
        where has_database_privilege(r.role, current_database(), 'CREATE')
    ) k
    """,
    f"""
    select format('parameter %%s: %%s for %%s', p.parname, a.privilege_type, {_GRANTEE})
    from pg_parameter_acl p
    cross join lateral aclexplode(p.paracl) a
    where a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
    """,
)


def catalog_findings(connection: psycopg.Connection[Any], exposed: Sequence[str] = ("public",)) -> list[str]:
    """Everything in the catalog that lets anon or the public in, or would with the next object.

    Args:
        connection: Of a role that reads the whole catalog.
        exposed: The schemas that the gateway exposes.
    """
    names = {"exposed": list(exposed), "platform": list(PLATFORM_SCHEMAS)}
    return [text for query in _QUERIES for (text,) in connection.execute(query, names)]
