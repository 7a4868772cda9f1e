-- Of the objects that system_privileges.sql names: what is granted now.
select 'pg_proc'::regclass::oid, p.oid, 0, coalesce(p.proacl, acldefault('f', p.proowner))::text[]
from pg_proc p
left join pg_init_privs o on o.classoid = 'pg_proc'::regclass and o.objoid = p.oid
where p.oid < 16384 and p.proacl is distinct from o.initprivs
union all
select 'pg_class'::regclass::oid, c.oid, 0, coalesce(c.relacl, acldefault('r', c.relowner))::text[]
from pg_class c
left join pg_init_privs o on o.classoid = 'pg_class'::regclass and o.objoid = c.oid and o.objsubid = 0
where c.oid < 16384 and c.relacl is distinct from o.initprivs
union all
select 'pg_class'::regclass::oid, a.attrelid, a.attnum, a.attacl::text[]
from pg_attribute a
where a.attrelid < 16384 and a.attacl is not null
union all
select 'pg_namespace'::regclass::oid, n.oid, 0, coalesce(n.nspacl, acldefault('n', n.nspowner))::text[]
from pg_namespace n
where n.nspname in ('pg_catalog', 'information_schema')
union all
select 'pg_language'::regclass::oid, l.oid, 0, coalesce(l.lanacl, acldefault('l', l.lanowner))::text[]
from pg_language l
where l.oid < 16384
union all
select 'pg_type'::regclass::oid, t.oid, 0, t.typacl::text[]
from pg_type t
where t.oid < 16384 and t.typacl is not null
