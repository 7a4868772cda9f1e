-- Privileges as they are in force: where nothing was granted or revoked, Postgres's own defaults.
select 'pg_class'::regclass::oid, c.oid, 0,
    coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))::text[]
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'pg_class'::regclass::oid, a.attrelid, a.attnum, a.attacl::text[]
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where a.attacl is not null and a.attnum > 0 and not a.attisdropped
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'pg_proc'::regclass::oid, p.oid, 0, coalesce(p.proacl, acldefault('f', p.proowner))::text[]
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'pg_type'::regclass::oid, t.oid, 0, coalesce(t.typacl, acldefault('T', t.typowner))::text[]
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
left join pg_class c on c.oid = t.typrelid
where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'pg_namespace'::regclass::oid, n.oid, 0, coalesce(n.nspacl, acldefault('n', n.nspowner))::text[]
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'pg_database'::regclass::oid, d.oid, 0, coalesce(d.datacl, acldefault('d', d.datdba))::text[]
from pg_database d
where d.datname = current_database()
union all
select 'pg_default_acl'::regclass::oid, d.oid, 0, d.defaclacl::text[]
from pg_default_acl d
union all
select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, coalesce(w.fdwacl, acldefault('F', w.fdwowner))::text[]
from pg_foreign_data_wrapper w
union all
select 'pg_foreign_server'::regclass::oid, s.oid, 0, coalesce(s.srvacl, acldefault('S', s.srvowner))::text[]
from pg_foreign_server s
