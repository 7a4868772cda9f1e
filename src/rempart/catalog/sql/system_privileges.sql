-- Privileges on the server's own objects and on the wrappers of extensions, where they are not those these came with. Before Postgres 16 nothing is
-- recorded of the information schema's: PUBLIC reads its relations.
select changed.classid, changed.objid, changed.objsubid::int4, '', i.type || ' ' || i.identity, '', null
from (
    select 'pg_proc'::regclass::oid as classid, p.oid as objid, 0 as objsubid, p.proacl as acl, null::aclitem[] as usual
    from pg_proc p where p.oid < 16384 and p.pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    union all
    select 'pg_class'::regclass::oid, c.oid, 0, c.relacl,
        case when c.relnamespace = 'information_schema'::regnamespace
            then acldefault('r', c.relowner) || makeaclitem(0, c.relowner, 'select', false)
        end
    from pg_class c where c.oid < 16384 and c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    union all
    select 'pg_class'::regclass::oid, a.attrelid, a.attnum, a.attacl, null
    from pg_attribute a where a.attrelid < 16384 and a.attacl is not null
    union all
    select 'pg_namespace'::regclass::oid, n.oid, 0, n.nspacl,
        case when n.nspname = 'information_schema'
            then acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'usage', false)
        end
    from pg_namespace n where n.nspname in ('pg_catalog', 'information_schema')
    union all
    select 'pg_language'::regclass::oid, l.oid, 0, l.lanacl, null
    from pg_language l where l.oid < 16384
    union all
    select 'pg_type'::regclass::oid, t.oid, 0, t.typacl, null
    from pg_type t where t.oid < 16384 and t.typacl is not null
    union all
    select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, w.fdwacl, acldefault('F', w.fdwowner)
    from pg_foreign_data_wrapper w
    where w.fdwacl is not null and exists (
        select from pg_depend e
        where e.classid = 'pg_foreign_data_wrapper'::regclass and e.objid = w.oid and e.deptype = 'e'
    )
) as changed
left join pg_init_privs o
    on o.classoid = changed.classid and o.objoid = changed.objid and o.objsubid = changed.objsubid
cross join lateral pg_identify_object(changed.classid, changed.objid, changed.objsubid) i
where (select array_agg(x order by x) from unnest(changed.acl::text[]) x)
    is distinct from (select array_agg(x order by x) from unnest(coalesce(o.initprivs, changed.usual)::text[]) x)
    and (changed.acl is not null or o.initprivs is not null)
